//! The device flow: codes, polls, and the page for the code.

use std::time::{Duration, Instant};

use axum::response::Response;
use http::request::Parts;
use serde_json::{Value, json};

use super::app::Kind;
use super::failure::Failure;
use super::form::Form;
use super::issue::{LIFETIME, issue};
use super::path::DEVICE_PAGE;
use super::settings::{Consent, DeviceAnswer};
use super::state::{Device, Issued, State, random};
use super::{bare, base_url, page};
use crate::server::Shared;

/// The grant type of the device flow.
pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Tolerance for the interval between two polls, which depends on the network.
const JITTER: Duration = Duration::from_millis(500);
/// Increase of the interval by each `slow_down`.
const SLOWER: Duration = Duration::from_secs(5);
/// Letters that are not mistaken for others, and that form no words.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Issues a device code.
pub(super) fn code(
    sim: &Shared,
    head: &Parts,
    form: &Form,
    workspace_id: Option<String>,
) -> Result<Response, Failure> {
    let app = sim.oauth.app(form.text("client_id")?)?;
    if app.kind != Kind::Device {
        return Err(Failure::app_type());
    }
    let settings = &sim.oauth.settings;
    let device_code = random(32)?;
    let user_code = user_code()?;
    let answer = json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": format!("{}{DEVICE_PAGE}", base_url(sim, head)),
        "expires_in": settings.device_lifetime.as_secs(),
        "interval": settings.device_interval.as_secs(),
    });
    let device = Device {
        grant: Issued { client_id: app.client_id.to_owned(), workspace_id, ..Issued::default() },
        user_code,
        expires_at: sim.oauth.now().saturating_add(settings.device_lifetime.as_secs()),
        approved: match settings.device_consent {
            Consent::Approve => Some(true),
            Consent::Deny => Some(false),
            Consent::Ask => None,
        },
        polls: 0,
        interval: settings.device_interval,
        last_poll: None,
    };
    sim.oauth.lock().devices.insert(device_code, device);
    Ok(bare(&answer))
}

fn user_code() -> Result<String, Failure> {
    let noise = random(8)?;
    let letters = noise.bytes().take(8).map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    let mut code: String = letters.collect();
    code.insert(4, '-');
    Ok(code)
}

/// Responds to a poll of a device.
pub(super) fn poll(sim: &Shared, form: &Form) -> Result<Value, Failure> {
    let app = sim.oauth.app(form.text("client_id")?)?;
    if app.kind != Kind::Device {
        return Err(Failure::app_type());
    }
    let given = form.text("device_code")?;
    let mut state = sim.oauth.lock();
    let device = state
        .devices
        .get_mut(given)
        .ok_or_else(|| Failure::parameter("device_code", "it is unknown, or was used before"))?;
    let scripted = sim.oauth.settings.device_polls.get(device.polls).copied();
    let answer = device.answer(scripted, sim.oauth.now());
    if let Some(answer) = answer {
        return Err(answer.failure());
    }
    let mut grant = device.grant.clone();
    state.devices.remove(given);
    drop(state);
    DEVICE_CODE.clone_into(&mut grant.grant_type);
    issue(sim, grant, LIFETIME, true)
}

impl Device {
    /// Returns why a poll gets no token; `None` if it does.
    fn answer(&mut self, scripted: Option<DeviceAnswer>, now: u64) -> Option<DeviceAnswer> {
        let hurried = self.last_poll.is_some_and(|last| last.elapsed() + JITTER < self.interval);
        self.last_poll = Some(Instant::now());
        self.polls += 1;
        let answer = scripted.or(match self.approved {
            _ if self.expires_at <= now => Some(DeviceAnswer::ExpiredToken),
            Some(true) => None,
            Some(false) => Some(DeviceAnswer::AccessDenied),
            None if hurried => Some(DeviceAnswer::SlowDown),
            None => Some(DeviceAnswer::Pending),
        });
        if answer == Some(DeviceAnswer::SlowDown) && !self.interval.is_zero() {
            self.interval += SLOWER;
        }
        answer
    }
}

impl DeviceAnswer {
    fn failure(self) -> Failure {
        match self {
            Self::Pending => Failure::device("authorization_pending", "the user has not decided yet"),
            Self::SlowDown => Failure::device("slow_down", "the polls are too frequent"),
            Self::AccessDenied => Failure::device("access_denied", "the user refused"),
            Self::AccessDeny => Failure::device("access_deny", "the user refused"),
            Self::ExpiredToken => Failure::device("expired_token", "the device code has expired"),
        }
    }
}

impl State {
    /// Decides for the devices with this user code, and returns their number.
    pub(super) fn decide(&mut self, user_code: &str, approved: bool, now: u64) -> usize {
        let letters = |code: &str| -> String {
            code.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()).collect()
        };
        let wanted = letters(user_code);
        let waiting = self.devices.values_mut().filter(|device| {
            device.approved.is_none() && now < device.expires_at && letters(&device.user_code) == wanted
        });
        waiting.map(|device| device.approved = Some(approved)).count()
    }
}

/// Shows the page for the code, or processes the decision of the user.
pub(super) fn page(sim: &Shared, form: &[(String, String)], decided: bool) -> Response {
    let user_code = page::field(form, "user_code");
    let approved = match (decided, page::field(form, "decision")) {
        (true, "approve") => true,
        (true, "deny") => false,
        _ => return page::device(user_code),
    };
    match sim.oauth.lock().decide(user_code, approved, sim.oauth.now()) {
        0 => page::nobody_waits(),
        _ => page::decided(approved),
    }
}
