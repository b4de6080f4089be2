//! The authorize URL, and the consent page.

use axum::response::Response;
use http::header::LOCATION;
use http::request::Parts;
use http::{HeaderValue, StatusCode, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::app::Kind;
use super::challenge::Challenge;
use super::failure::Failure;
use super::path::CONSENT_PAGE;
use super::settings::{Consent, OAuth};
use super::state::{Code, Issued, Request, random};
use super::{base_url, page};
use crate::http::answer::text;
use crate::server::Shared;

/// Validity of codes and consent pages in seconds.
const LIFETIME: u64 = 600;
/// Characters that are escaped in a query value.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Redirects to the app with a code, or to the consent page.
pub(super) fn authorize(
    sim: &Shared,
    head: &Parts,
    query: &[(String, String)],
    workspace_id: Option<String>,
) -> Result<Response, Failure> {
    let request = read(sim, query, workspace_id)?;
    match sim.oauth.settings.consent {
        Consent::Approve => decide(sim, request, true),
        Consent::Deny => decide(sim, request, false),
        Consent::Ask => {
            let key = random(24)?;
            let page = format!("{}{CONSENT_PAGE}?authorize_key={key}", base_url(sim, head));
            let expires_at = sim.oauth.now() + LIFETIME;
            sim.oauth.lock().wishes.insert(key, (request, expires_at));
            redirect(&page)
        }
    }
}

fn read(sim: &Shared, query: &[(String, String)], workspace_id: Option<String>) -> Result<Request, Failure> {
    let given = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let filled = |name: &str| given(name).filter(|value| !value.is_empty());
    let required = |name: &str| filled(name).ok_or_else(|| Failure::parameter(name, "it is required"));
    let app = sim.oauth.app(required("client_id")?)?;
    if !matches!(app.kind, Kind::Web | Kind::Pkce) {
        return Err(Failure::app_type());
    }
    let redirect_uri = required("redirect_uri")?;
    if !may_redirect(&sim.oauth.settings, redirect_uri) {
        return Err(Failure::parameter("redirect_uri", "it is not registered, and no loopback URL either"));
    }
    if required("response_type")? != "code" {
        return Err(Failure::parameter("response_type", "expected code"));
    }
    let method = filled("code_challenge_method");
    let challenge = match filled("code_challenge") {
        Some(challenge) => Some(Challenge::read(challenge, method)?),
        None if app.kind == Kind::Pkce => return Err(Failure::parameter("code_challenge", "it is required")),
        None => None,
    };
    let grant = Issued { client_id: app.client_id.to_owned(), workspace_id, ..Issued::default() };
    let state = given("state").map(str::to_owned);
    Ok(Request { grant, app: app.name, redirect_uri: redirect_uri.to_owned(), state, challenge })
}

/// Returns whether the demo apps may redirect there; every port of the loopback interface is allowed.
fn may_redirect(settings: &OAuth, uri: &str) -> bool {
    if settings.redirect_uris.iter().any(|known| known == uri) {
        return true;
    }
    let Ok(parsed) = Uri::try_from(uri) else { return false };
    let http = matches!(parsed.scheme_str(), Some("http" | "https"));
    let plain = parsed.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    http && plain && !uri.contains('#') && matches!(parsed.host(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// Redirects the user to the app.
fn decide(sim: &Shared, request: Request, approved: bool) -> Result<Response, Failure> {
    let Request { grant, redirect_uri, state, challenge, .. } = request;
    let mut url = redirect_uri.clone();
    let mut add = |name: &str, value: &str| {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.extend([name, "="]);
        url.extend(utf8_percent_encode(value, QUERY_VALUE));
    };
    if approved {
        let code = format!("code_{}", random(32)?);
        add("code", &code);
        let expires_at = sim.oauth.now() + LIFETIME;
        sim.oauth.lock().codes.insert(code, Code { grant, redirect_uri, challenge, expires_at });
    } else {
        add("error", "access_denied");
        add("error_description", "the user refused");
    }
    if let Some(state) = state {
        add("state", &state);
    }
    redirect(&url)
}

fn redirect(url: &str) -> Result<Response, Failure> {
    let location = HeaderValue::try_from(url)
        .map_err(|_| Failure::parameter("redirect_uri", "percent-encode its special characters"))?;
    let mut response = text(StatusCode::FOUND, "text/plain; charset=utf-8", "");
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// Shows the consent page, or processes the decision of the user.
pub(super) fn page(sim: &Shared, form: &[(String, String)], decided: bool) -> Result<Response, Failure> {
    let key = page::field(form, "authorize_key");
    let mut state = sim.oauth.lock();
    let known = state.wishes.get(key).filter(|(_, expires_at)| sim.oauth.now() < *expires_at);
    let Some((request, _)) = known.cloned() else {
        return Ok(page::nobody_waits());
    };
    let approved = match (decided, page::field(form, "decision")) {
        (false, _) => return Ok(page::consent(request.app, key)),
        (true, "approve") => true,
        (true, "deny") => false,
        (true, _) => return Err(Failure::parameter("decision", "expected approve or deny")),
    };
    state.wishes.remove(key);
    drop(state);
    decide(sim, request, approved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_registered_urls_get_codes() {
        let settings = OAuth::new().redirect_uri("https://app.example.com/back?x=1");
        for uri in [
            "http://127.0.0.1:8080/callback",
            "http://localhost",
            "http://localhost:1/?a=b",
            "http://[::1]:99/x",
            "https://app.example.com/back?x=1",
        ] {
            assert!(may_redirect(&settings, uri), "{uri}");
        }
        for uri in [
            "https://app.example.com/back",
            "http://localhost.example.com/",
            "http://127.0.0.1@example.com/",
            "http://example.com@127.0.0.1/",
            "http://127.0.0.1/#top",
            "javascript:alert(1)",
            "myapp://127.0.0.1/",
            "/callback",
        ] {
            assert!(!may_redirect(&settings, uri), "{uri}");
        }
    }
}
