//! Numbers of the hosted service, from its pages and its official SDKs.

#![expect(
    clippy::unreadable_literal,
    reason = "codes stand as servers print them, so that a search finds them"
)]

use super::ErrorInfo;

pub(super) const CODES: &[(i64, ErrorInfo)] = rows! {
    1109: InvalidRequest, Change,
        "the text differs too much from what is spoken in the audio",
        "correct the text, leave it out, or use a cleaner recording";
    3010: InvalidRequest, Change,
        "the text to be spoken is longer than 1024 bytes",
        "send it in smaller pieces";
    4000: InvalidRequest, Change,
        "a parameter is wrong",
        "change what the message names; sent unchanged, the request fails again";
    4001: Authentication, Change,
        "authentication failed, or the conversation does not exist: the sources differ",
        "check the token and its region, then whether the conversation exists and belongs to this token";
    4002: NotFound, Change,
        "the conversation does not exist",
        "check the conversation id, and that the conversation belongs to this token";
    4003: InvalidRequest, Change,
        "the meta data is too large",
        "send at most 16 pairs, with keys of 1 to 64 and values of 1 to 512 characters";
    4004: InvalidRequest, Change,
        "the additional messages are too many or too large",
        "send at most 100 messages, to a chatflow at most 50";
    4005: NotFound, Change,
        "the message does not exist",
        "check the message id; messages are deleted after 180 days";
    4006: NotFound, Change,
        "the message does not exist",
        "check the message id; messages are deleted after 180 days";
    4008: Quota, Wait,
        "the daily quota of the agent is used up",
        "wait for the next day or change the plan";
    4009: RateLimited, Wait,
        "too many users are asking at the moment",
        "try again later";
    4010: InvalidRequest, Change,
        "the prompt has more tokens than the model takes",
        "shorten the input or clear the context of the conversation";
    4011: Quota, Change,
        "the token balance of the account is used up",
        "top up the account";
    4012: InvalidState, Change,
        "the model of the agent is unknown or not available",
        "choose another model for the agent";
    4013: RateLimited, Wait,
        "too many requests to the model",
        "send fewer requests at a time, or change the plan";
    4014: Refused, Change,
        "the content was refused by moderation",
        "change the text";
    4015: Unpublished, Change,
        "the agent or app is not published to this channel",
        "publish it to the API channel";
    4016: Busy, Wait,
        "another chat is running in the conversation",
        "wait until it ends, cancel it, or use another conversation";
    4019: Quota, Change,
        "a payment of the account is overdue",
        "settle the payment";
    4020: RateLimited, Wait,
        "too many requests to the model",
        "send fewer requests at a time, or ask Coze for a higher limit";
    4027: Quota, Change,
        "a payment of the account is overdue",
        "settle the payment";
    4028: Quota, Wait,
        "the resource points are used up",
        "wait until they are refilled, or change the plan";
    // Only its number is documented, next to codes about payments.
    4033: Other, Unknown,
        "not documented",
        "see the message";
    4100: Authentication, NewToken,
        "the token is missing, malformed, expired or of the other region",
        "replace the token, and check that the base URL is that of its region, coze.cn or coze.com";
    4101: Permission, Change,
        "the token lacks the permission for the endpoint or the object",
        "enable the permission of the endpoint for the token, and its access to the workspace";
    4102: Refused, Change,
        "the name or description was refused by moderation",
        "change the text";
    4104: InvalidState, Never,
        "the chat cannot be canceled in its present state",
        "retrieve the chat and use its current state";
    4200: Unpublished, Change,
        "the workflow is not published",
        "publish the workflow, or its app as an API service, and check the id";
    4300: InvalidRequest, Change,
        "the file is empty",
        "upload a file with content";
    4301: InvalidRequest, Change,
        "the upload has more than one file",
        "upload one file per request";
    4302: InvalidRequest, Change,
        "the file is too large",
        "upload at most 512 MB";
    4303: InvalidRequest, Change,
        "the format of the file is not supported",
        "upload a doc, docx, xls, xlsx, ppt, pptx, pdf, numbers, csv, cpp, py, java or c, or a common image, sound, film or archive, \
         and give the file name the extension";
    4304: InvalidRequest, Change,
        "the file is damaged",
        "check the file";
    5000: Server, Wait,
        "the server failed",
        "try again later, and report the log id";
    6003: Quota, Change,
        "the plan does not include asynchronous runs of workflows",
        "run it without `is_async`, stream it, or change the plan";
    6006: Timeout, Change,
        "a code node of the workflow ran longer than a minute",
        "give the node less to do";
    701231: Other, Unknown,
        "not documented",
        "see the message, and report the log id";
    700012006: Authentication, NewToken,
        "the token is missing or wrong",
        "replace the token";
    702042018: Quota, Change,
        "the workspace would have more members than it may",
        "remove members or change the plan";
    702042162: InvalidState, Change,
        "the user has not joined the enterprise",
        "add the user to the enterprise first";
    720702204: NotFound, Change,
        "the app has no conversation of this name",
        "use the name of one that exists or a conversation id; a chatflow of the library also needs the app id";
    777074011: Quota, Change,
        "the enterprise has as many members as its plan allows",
        "remove members or change the plan";
    777074044: InvalidState, Change,
        "the only super administrator cannot be removed",
        "make another member a super administrator first";
    788788103: Quota, Change,
        "a payment of the account is overdue",
        "top up the account on Volcengine";
};
