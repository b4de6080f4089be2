//! Profiles: logins that are kept for later commands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use coze::auth::{ClientId, DeviceApp, FileStore, Grant, JwtApp, Session, TokenStore, WebApp, load_config};
use coze::types::{BotId, Secret, UserId};
use etcetera::AppStrategy;
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::state;

/// Name of the profile where none is chosen.
pub(crate) const DEFAULT: &str = "default";

/// A login, by its name: which app it is of, and where its tokens are.
pub(crate) struct Profile {
    name: String,
    login: Login,
    tokens: FileStore,
}

/// What is kept of a login besides its tokens; nothing of it is a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) flow: Flow,
    /// OAuth app; none for a personal access token.
    #[serde(default, skip_serializing_if = "ClientId::is_empty")]
    pub(crate) client_id: ClientId,
    pub(crate) base_url: String,
    /// App file, where tokens are renewed by a secret in it: that is not copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) app_file: Option<PathBuf>,
    /// Agent and user of `coze chat`, where no others are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bot: Option<BotId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<UserId>,
}

/// How a user or an app logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Flow {
    Device,
    Web,
    Jwt,
    /// A personal access token, which is not renewed.
    Token,
}

impl Flow {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Web => "web",
            Self::Jwt => "jwt",
            Self::Token => "token",
        }
    }
}

impl Profile {
    /// A profile to be; it takes the place of one that has its name.
    pub(crate) fn new(name: &str, login: Login) -> Result<Self, Failure> {
        let tokens = FileStore::new(file(name, "tokens.json")?);
        Ok(Self { name: name.to_owned(), login, tokens })
    }

    /// The profile of this name, if there is one.
    pub(crate) fn find(name: &str) -> Result<Option<Self>, Failure> {
        let path = file(name, "json")?;
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault("read", &path, &error)),
        };
        // Editors on Windows put a byte order mark before the text.
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&json);
        let login = serde_json::from_slice(json).map_err(|error| damaged(&path, error, name))?;
        Self::new(name, login).map(Some)
    }

    /// The profile that is used where none is chosen, if there is one.
    pub(crate) fn find_default() -> Result<Option<Self>, Failure> {
        // Without a home folder there are no profiles, and none is required.
        if folder().is_err() { Ok(None) } else { Self::find(DEFAULT) }
    }

    /// The profile of this name.
    pub(crate) fn open(name: &str) -> Result<Self, Failure> {
        Self::find(name)?.ok_or_else(|| {
            Failure::new(Exit::Access, say!("there is no profile {name:?}", "没有登录配置 {name:?}")).hint(
                say!(
                    "`coze auth status` lists all; to create this one: {}",
                    "`coze auth status` 列出全部；创建这一个：{}",
                    login_command(name)
                ),
            )
        })
    }

    /// Names of all profiles, in order.
    pub(crate) fn names() -> Result<Vec<String>, Failure> {
        let Ok(folder) = folder() else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fault("read", &folder, &error)),
        };
        let names = entries.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".json").filter(|name| check(name).is_ok()).map(str::to_owned)
        });
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Forgets the profile of this name; false if there is none.
    pub(crate) async fn remove(name: &str) -> Result<bool, Failure> {
        let path = file(name, "json")?;
        let tokens = FileStore::new(file(name, "tokens.json")?);
        let existed = path.exists() || tokens.path().exists();
        if !existed {
            return Ok(false);
        }
        let cleared = async {
            // Another process may be about to store renewed tokens.
            let _lock = tokens.lock().await?;
            tokens.clear().await
        };
        cleared.await.map_err(|error| Failure::of(&error))?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault("remove", &path, &error)),
            _ => Ok(true),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// Tokens as they were stored last.
    pub(crate) async fn grant(&self) -> Result<Option<Grant>, Failure> {
        self.tokens.load().await.map_err(|error| Failure::of(&error))
    }

    /// The command that creates this profile again.
    pub(crate) fn login_command(&self) -> String {
        let command = login_command(&self.name);
        if self.login.flow == Flow::Token { format!("{command} --with-token < token.txt") } else { command }
    }

    /// Its personal access token, where it is of that sort.
    pub(crate) async fn personal_token(&self) -> Result<Option<Secret>, Failure> {
        if self.login.flow != Flow::Token {
            return Ok(None);
        }
        if let Some(grant) = self.grant().await? {
            return Ok(Some(grant.access_token));
        }
        let message = say!("the profile {} has no token", "登录配置 {} 里没有令牌", self.name);
        Err(Failure::new(Exit::Access, message).hint(log_in_again(&self.login_command())))
    }

    /// Stores the profile with what was granted.
    pub(crate) async fn save(&self, grant: Grant) -> Result<(), Failure> {
        let path = file(&self.name, "json")?;
        let saved = if self.login.flow == Flow::Token {
            self.tokens.save(&grant).await
        } else {
            self.session()?.save(grant).await
        };
        saved.map_err(|error| Failure::of(&error))?;
        let json = serde_json::to_vec_pretty(&self.login).map_err(|error| {
            Failure::new(Exit::Other, say!("cannot write the profile: {error}", "无法写入登录配置：{error}"))
        })?;
        state::replace(&path, &json).map_err(|error| fault("write", &path, &error))
    }

    /// The provider of tokens, which renews them.
    pub(crate) fn session(&self) -> Result<Session, Failure> {
        let (id, tokens) = (&self.login.client_id, self.tokens.clone());
        let app_file = self.login.app_file.as_deref();
        let session = match (self.login.flow, app_file.map(load_config).transpose()) {
            (_, Err(error)) => Err(error),
            (Flow::Device, _) => Ok(Session::new(DeviceApp::new(id), tokens)),
            (Flow::Web, Ok(None)) => Ok(Session::new(WebApp::public(id), tokens)),
            (Flow::Web, Ok(Some(config))) => {
                WebApp::from_config(&config).map(|app| Session::new(app, tokens))
            }
            (Flow::Jwt, Ok(Some(config))) => {
                JwtApp::from_config(&config).map(|app| Session::new(app, tokens))
            }
            (Flow::Jwt, Ok(None)) => {
                let why = say!("it names no app file", "没有应用文件的路径");
                return Err(damaged(&file(&self.name, "json")?, why, &self.name));
            }
            (Flow::Token, _) => {
                let why = say!("a token cannot be renewed", "个人访问令牌不能续期");
                return Err(damaged(&file(&self.name, "json")?, why, &self.name));
            }
        };
        session.map_err(|error| Failure::of(&error).about(say!("profile {}", "登录配置 {}", self.name)))
    }
}

/// The command that makes a profile.
pub(crate) fn login_command(name: &str) -> String {
    match name {
        DEFAULT => "coze auth login".to_owned(),
        name => format!("coze auth login --profile {name}"),
    }
}

/// Reads the name of a profile: it becomes that of a file.
pub(crate) fn check(name: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if (1..=64).contains(&name.len()) && name.chars().all(fits) {
        Ok(name.to_owned())
    } else {
        Err(say!(
            "expected up to 64 letters, digits, hyphens and underscores",
            "应为最多 64 个字母、数字、连字符和下划线"
        ))
    }
}

fn file(name: &str, extension: &str) -> Result<PathBuf, Failure> {
    Ok(folder()?.join(format!("{name}.{extension}")))
}

fn folder() -> Result<PathBuf, Failure> {
    match state::folders() {
        Ok(folders) => Ok(folders.config_dir().join("profiles")),
        Err(error) => Err(Failure::usage(say!(
            "there is no folder for profiles: {error}",
            "没有保存登录配置的目录：{error}"
        ))
        .hint(say!("set HOME, or use COZE_API_TOKEN", "设置 HOME，或者使用 COZE_API_TOKEN"))),
    }
}

fn damaged(path: &Path, why: impl std::fmt::Display, name: &str) -> Failure {
    let message = say!("{} is damaged: {why}", "{} 已损坏：{why}", path.display());
    Failure::new(Exit::Access, message).hint(log_in_again(&login_command(name)))
}

fn log_in_again(command: &str) -> String {
    say!("log in again: {command}", "请重新登录：{command}")
}

fn fault(what: &str, path: &Path, error: &io::Error) -> Failure {
    let chinese = match what {
        "read" => "读取",
        "write" => "写入",
        _ => "删除",
    };
    let path = path.display();
    Failure::new(Exit::Other, say!("cannot {what} {path}: {error}", "无法{chinese} {path}：{error}"))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_name_is_no_path() {
        for name in ["default", "work-2", "A_b"] {
            assert_eq!(check(name).as_deref(), Ok(name));
        }
        for name in ["", "..", "a/b", "a\\b", "a.tokens", "名", " ", &"x".repeat(65)] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
