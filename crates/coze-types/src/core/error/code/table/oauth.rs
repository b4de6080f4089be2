//! Words of the OAuth endpoints.

use super::ErrorInfo;

pub(super) const CODES: &[(&str, ErrorInfo)] = rows! {
    "access_denied": Permission, Never,
        "the user refused",
        "ask the user, then start the authorization again";
    "access_deny": Permission, Change,
        "the app is deactivated or of the wrong type, or the user is not logged in",
        "activate the app, use one of the type that the flow needs, or let the user log in";
    "authorization_pending": InvalidState, Wait,
        "the user has not yet decided",
        "ask again after the interval, 5 seconds unless the device code said otherwise";
    "expired_token": Authentication, Never,
        "the device code has expired",
        "start the device authorization again";
    "internal_error": Server, Wait,
        "the server failed",
        "try again later, and report the log id";
    "invalid_client": Authentication, NewToken,
        "the JWT or the client secret is wrong",
        "check app id, key id, key, audience and expiry, and sign a new JWT: each is valid once";
    "invalid_grant": Authentication, Never,
        "the authorization code or refresh token is wrong, expired or used",
        "start the authorization again: codes and refresh tokens are valid once";
    "invalid_request": InvalidRequest, Change,
        "a parameter is wrong",
        "change what the message names";
    "slow_down": RateLimited, Wait,
        "the device code was requested too often",
        "wait 5 seconds longer between requests";
    "unsupported_grant_type": InvalidRequest, Change,
        "the grant type is wrong",
        "use the one that the flow documents";
};
