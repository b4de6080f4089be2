//! What is kept from one run of the program to the next, besides logins.

use std::path::PathBuf;

use etcetera::{AppStrategy, AppStrategyArgs};

/// A file in the folder for the state of programs where the platform has one, else in that for their data.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let strategy = etcetera::choose_app_strategy(AppStrategyArgs {
        top_level_domain: String::new(),
        author: String::new(),
        app_name: "coze".to_owned(),
    })
    .ok()?;
    let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join(name))
}
