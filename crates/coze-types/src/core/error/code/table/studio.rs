//! Numbers of Coze Studio, the server that people host themselves.
//!
//! They say what failed inside; a client can do much the same about all of a kind.

#![expect(
    clippy::unreadable_literal,
    reason = "codes stand as servers print them, so that a search finds them"
)]

use super::ErrorInfo;

pub(super) const CODES: &[(i64, ErrorInfo)] = rows! {
    // Any endpoint.
    1: Server, Wait, "the server failed";
    400: InvalidRequest, Change, "the request does not read as the endpoint expects it";
    401: Authentication, NewToken, "the request is not authenticated";
    404: NotFound, Change, "the server has no such path with this method";
    500: Server, Wait, "the server failed";

    // Workflows, translated for the API.
    6023: Timeout, Wait, "the workflow took too long";
    6031: Unpublished, Change, "the workflow is not published";
    6039: InvalidRequest, Change,
        "the workflow asks a question, which a run that is not streamed cannot answer",
        "stream the run";

    // Agents.
    100000000: InvalidRequest, Change, "a parameter is wrong, or the agent is not published",
        "change what the message names, or publish the agent to the API channel";
    100000001: InvalidState, Change, "the protocol of the agent's model is not supported";
    100000002: NotFound, Change, "the agent does not exist";
    100000003: Permission, Change, "the agent belongs to another user";
    100000004: Server, Wait, "no id could be made for the agent";
    100000005: Server, Wait, "the draft of the agent could not be created";
    100000006: Server, Wait, "the agent could not be read";
    100000007: Server, Wait, "the agent could not be changed";
    100000008: Server, Wait, "the display of the agent could not be changed";
    100000009: Server, Wait, "the display of the agent could not be read";
    100000010: Server, Wait, "the agent could not be published";
    100000011: Conflict, Change, "the database is already bound to the agent";
    100000012: Server, Wait, "the agent failed";
    100000013: InvalidState, Change, "the agent has no model";

    // Apps.
    101000000: InvalidRequest, Change, "a parameter is wrong";
    101000001: Permission, Change, "the app belongs to another user";
    101000002: NotFound, Change, "the app does not exist";
    101000003: InvalidState, Change, "the app has no model";

    // Channels.
    102000000: InvalidRequest, Change, "a parameter is wrong";
    102000001: Permission, Change, "the channel belongs to another user";
    102000002: NotFound, Change, "the channel does not exist";

    // Conversations.
    103000000: InvalidRequest, Change, "a parameter is wrong";
    103000001: Permission, Change, "the conversation or the agent belongs to another user";
    103000002: NotFound, Change, "the conversation does not exist, or belongs to another user";
    103000003: Server, Wait, "the conversation could not be written as JSON";

    // Chats.
    103100001: Server, Wait, "the chat failed";
    103100002: NotFound, Change, "the agent does not exist";
    103100003: Server, Wait, "the chat met an event of an unknown type";
    103100004: Server, Wait, "the chat met an interrupt of an unknown type";
    103100005: Server, Wait, "an interrupt of the chat has no data";

    // Messages and runs.
    103200001: NotFound, Change, "the message does not exist";
    103200002: Server, Wait, "the chat failed";
    103200003: NotFound, Change, "the record does not exist, or there is nothing to change";
    103200004: InvalidState, Change, "the agent has no chatflow";
    103200005: InvalidState, Never, "the chat cannot be canceled in its present state",
        "retrieve the chat and use its current state";

    // Uploads.
    104000000: InvalidRequest, Change, "a parameter is wrong";
    104000001: Permission, Change, "the upload is not allowed";
    104000002: InvalidRequest, Change, "the type of the file is not supported";
    104000003: InvalidRequest, Change, "the upload is not `multipart/form-data`";
    104000004: InvalidRequest, Change, "the file is larger than the server takes, 200 MiB by default";
    104000005: InvalidRequest, Change, "the upload could not be read";
    104000006: InvalidRequest, Change, "the upload has no file";
    104000007: InvalidRequest, Change, "the upload has more than one file";
    104000008: Server, Wait, "the upload failed";
    104000009: Server, Change, "the server does not know its own host name",
        "configure the host of the server";
    104000010: Server, Change, "the server does not know the scheme of its own address",
        "configure the host of the server with `http` or `https`";

    // Knowledge bases.
    105000000: InvalidRequest, Change, "a parameter is wrong";
    105000001: Permission, Change, "the knowledge base belongs to another user";
    105000002: Server, Never, "the knowledge base failed for good";
    105000003: Server, Wait, "the database failed";
    105000004: Server, Wait, "the search store failed";
    105000005: Server, Wait, "the knowledge base failed";
    105000006: Server, Wait, "a call between services failed";
    105000007: Server, Wait, "the embedding failed";
    105000008: Server, Wait, "no id could be made";
    105000009: Server, Wait, "the message queue failed";
    105000010: Conflict, Change, "the name is already in use";
    105000011: NotFound, Change, "the knowledge base does not exist";
    105000012: NotFound, Change, "the document does not exist";
    105000013: InvalidRequest, Change, "a semantic column is empty";
    105000014: Server, Wait, "a document could not be written as JSON";
    105000015: InvalidState, Wait, "the document is still being processed",
        "wait until it is processed";
    105000016: Conflict, Change, "two fields have the same name";
    105000017: InvalidRequest, Change, "the document is too large";
    105000018: InvalidState, Wait, "the document is not ready",
        "wait until it is processed";
    105000019: Server, Wait, "the document could not be downloaded";
    105000020: Server, Wait, "the table could not be read";
    105000021: Server, Wait, "the object could not be stored";
    105000022: Server, Wait, "the address of the object could not be made";
    105000023: Server, Wait, "the progress could not be read";
    105000024: InvalidRequest, Change, "the position of the slice is wrong";
    105000025: NotFound, Change, "the slice does not exist";
    105000026: InvalidRequest, Change, "a column could not be read";
    105000027: InvalidRequest, Change, "automatic annotation is not supported";
    105000028: Server, Wait, "the parser could not be made";
    105000029: Server, Wait, "the object could not be read";
    105000030: InvalidRequest, Change, "the document could not be parsed";
    105000031: Server, Wait, "the retrieval could not be set up";
    105000032: Server, Wait, "the retrieval failed";
    105000033: Server, Wait, "the question could not be translated for the database";
    105000034: Server, Wait, "the copy failed";
    105000035: NotFound, Change, "nothing was found";
    105000036: Server, Wait, "the cache failed";
    105000037: InvalidRequest, Change, "the slice is not valid";

    // Variables and databases.
    106000000: InvalidRequest, Change, "a parameter is wrong";
    106000001: Permission, Change, "the variable or database belongs to another user";
    106000002: Server, Wait, "no id could be made";
    106000003: InvalidRequest, Change, "the schema is not valid";
    106000004: Server, Wait, "the variables of the app could not be read";
    106000005: Server, Wait, "the variables of the app could not be created";
    106000006: Server, Wait, "the variables of the app could not be changed";
    106000007: Server, Wait, "the definition of the variable could not be read";
    106000008: NotFound, Change, "the variable is not defined";
    106000009: InvalidRequest, Change, "none of the variables can be changed";
    106000010: Server, Wait, "the variable could not be deleted";
    106000011: Server, Wait, "the system id could not be read";
    106000012: Server, Wait, "the variable could not be read";
    106000013: InvalidRequest, Change, "none of the keys can be changed";
    106000014: Server, Wait, "the variable could not be changed";
    106000015: Server, Wait, "the variable could not be added";
    106000016: NotFound, Change, "the field does not exist";
    106000017: NotFound, Change, "the database does not exist";
    106000018: InvalidRequest, Change, "the field cannot be added";
    106000019: InvalidRequest, Change, "the columns do not match";
    106000020: InvalidRequest, Change, "the sheet is empty";
    106000021: InvalidRequest, Change, "the sheet is too large";
    106000022: InvalidRequest, Change, "the type of the file is not supported";
    106000023: InvalidRequest, Change, "the sheet has too many rows";
    106000024: InvalidRequest, Change, "the index of the sheet is wrong";
    106000025: InvalidRequest, Change, "the file has no sheet";
    106000026: InvalidRequest, Change, "the name is not valid";

    // Models.
    107000000: InvalidRequest, Change, "a parameter is wrong";
    107000001: Permission, Change, "the model belongs to another user";

    // Permissions.
    108000000: InvalidRequest, Change, "a parameter is wrong";

    // Plugins.
    109000000: InvalidRequest, Change, "a parameter is wrong";
    109000001: Permission, Change, "the plugin belongs to another user";
    109000002: InvalidState, Change, "the client credentials of the plugin are wrong";
    109000003: InvalidRequest, Change, "the OpenAPI document of the plugin is not valid";
    109000004: InvalidRequest, Change, "the manifest of the plugin is not valid";
    109000005: NotFound, Change, "the plugin does not exist";
    109000006: InvalidState, Change, "the tool is deactivated";
    109000007: Conflict, Change, "the plugin already has such a tool";
    109000008: InvalidRequest, Change, "the third party is not valid";
    109000009: Server, Wait, "the tool failed";
    109000010: InvalidRequest, Change, "the protocol is not supported";
    109000011: InvalidState, Change, "the tool did not pass its check";
    109000012: Server, Wait, "the answer of the tool could not be read";
    109000013: InvalidState, Change, "the OAuth authorization of the plugin failed",
        "authorize the plugin again";
    109000014: Conflict, Change, "the plugin id exists";
    109000015: Conflict, Change, "the tool id exists";
    109000016: Server, Wait, "the call to coze.cn failed";
    109000017: Server, Wait, "the answer of coze.cn could not be read";
    109000018: Server, Wait, "the search at coze.cn failed";
    109000019: Server, Wait, "the search result of coze.cn could not be read";
    109000020: Server, Wait, "the categories of coze.cn could not be asked for";
    109000021: Server, Wait, "the categories of coze.cn could not be read";

    // Prompts; the agent of another user returns one of them, too.
    110000000: InvalidRequest, Change, "a parameter is wrong";
    110000001: Permission, Change, "the prompt or the agent belongs to another user";
    110000002: Server, Wait, "no id could be made";
    110000003: Server, Wait, "the prompt could not be created";
    110000004: Server, Wait, "the prompt could not be read";
    110000005: NotFound, Change, "the prompt does not exist";
    110000006: Server, Wait, "the prompt could not be changed";
    110000007: Server, Wait, "the prompt could not be deleted";

    // Search.
    111000000: InvalidRequest, Change, "a parameter is wrong";
    111000001: Permission, Change, "the search is not allowed";

    // Shortcut commands.
    112000000: InvalidRequest, Change, "a parameter is wrong";
    112000002: Permission, Change, "the shortcut command belongs to another user";

    // Workflows.
    305000002: InvalidRequest, Change, "a code node of the workflow failed",
        "correct the code of the node or its input";

    // Users.
    700000001: Conflict, Change, "the e-mail address is already in use";
    700000002: Conflict, Change, "the name is already in use";
    700000003: Authentication, Change, "the e-mail address or the password is wrong",
        "log in with the right ones";
    700000004: Authentication, NewToken, "the session is not valid";
    700000005: NotFound, Change, "the user does not exist";
    700000006: InvalidRequest, Change, "a parameter is wrong";
    700000007: Permission, Change, "the user lacks the permission",
        "ask an administrator of the server";
    700000008: Permission, Change, "registration is disabled",
        "ask an administrator of the server for an account";

    // Workflows.
    702093204: InvalidState, Change, "nodes that use conversations need an app",
        "bind the workflow to an app";
    720700801: Server, Wait, "the database failed";
    720700803: Server, Wait, "Redis failed";
    720700808: Server, Wait, "no id could be made";
    720701003: InvalidState, Never, "the workflow could not be compiled",
        "correct the workflow and publish it again";
    720701004: Other, Unknown, "a plugin of the workflow failed";
    720701007: Server, Never, "an internal request was wrong";
    720701011: Server, Never, "a value could not be written or read as JSON";
    720701013: Other, Unknown, "the workflow failed";
    720702001: InvalidRequest, Change, "a parameter is wrong";
    720702002: InvalidRequest, Change, "a required parameter is missing";
    720702004: NotFound, Change, "the workflow does not exist";
    720702011: Unpublished, Change, "the workflow is not published";
    720702078: InvalidRequest, Change,
        "the workflow asks a question, which a run that is not streamed cannot answer",
        "stream the run";
    720702085: Timeout, Wait, "the workflow took too long";
    720702089: Server, Never, "the schema of the workflow could not be converted";
    720702200: Conflict, Change, "the app already has a conversation of this name";
    720702201: NotFound, Change, "the app has no such conversation";
    720702250: InvalidRequest, Change, "only conversations that nodes have created can be changed";
    720712014: InvalidRequest, Change, "the index is outside the array";
    720712023: Other, Unknown, "the output of a node could not be read";
    720712033: InvalidRequest, Change, "an agent has no conversation but the default one";
    720712049: InvalidRequest, Change, "an option of a question is empty";
    777777762: NotFound, Change, "the conversation does not exist";
    777777763: InvalidRequest, Change, "an input field is missing";
    777777764: Server, Wait, "the variables could not be read or written";
    777777765: Authentication, Change, "a plugin of the workflow needs an authorization",
        "authorize the plugin as the message says";
    777777766: NotFound, Change, "a tool of the workflow does not exist";
    777777767: Server, Wait, "the object storage failed";
    777777768: NotFound, Change, "a plugin of the workflow does not exist";
    777777769: InvalidRequest, Change, "the name of the version is not valid";
    777777770: Server, Wait, "the change could not be announced";
    777777771: NotFound, Never, "the snapshot of the workflow does not exist",
        "publish the workflow again";
    777777772: Server, Never, "a node could not be made",
        "correct the workflow and publish it again";
    777777773: Server, Wait, "the model did not answer in the requested structure";
    777777774: InvalidRequest, Change, "the array that is indexed is null";
    777777775: Other, Unknown, "an operation of the workflow failed";
    777777776: Timeout, Wait, "a node of the workflow took too long";
    777777777: Canceled, Never, "the user canceled the workflow",
        "start it again if it was not meant";
    777777778: NotFound, Change, "the version does not exist";
    777777779: Other, Unknown, "a conversation could not be worked with";
    777777780: Other, Unknown, "the role of a chatflow could not be worked with";
    777777781: Other, Unknown, "a message node failed";
    777777782: Other, Unknown, "a conversation node failed";
};
