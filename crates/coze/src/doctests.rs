//! Compiles and runs the code of the READMEs and of the guide.

#[doc = include_str!("../../../README.md")]
mod readme {}

#[doc = include_str!("../../../README.zh-CN.md")]
mod readme_zh {}

#[doc = include_str!("../README.md")]
mod crate_readme {}

#[doc = include_str!("../README.zh-CN.md")]
mod crate_readme_zh {}

#[doc = include_str!("../../../docs/guide/en/getting-started.md")]
mod getting_started {}

#[doc = include_str!("../../../docs/guide/en/authentication.md")]
mod authentication {}

#[doc = include_str!("../../../docs/guide/en/streaming.md")]
mod streaming {}

#[doc = include_str!("../../../docs/guide/en/polling.md")]
mod polling {}

#[doc = include_str!("../../../docs/guide/en/messages.md")]
mod messages {}

#[doc = include_str!("../../../docs/guide/en/realtime.md")]
mod realtime {}

#[doc = include_str!("../../../docs/guide/en/files.md")]
mod files {}

#[doc = include_str!("../../../docs/guide/en/audio.md")]
mod audio {}

#[doc = include_str!("../../../docs/guide/en/datasets.md")]
mod datasets {}

#[doc = include_str!("../../../docs/guide/en/tools.md")]
mod tools {}

#[doc = include_str!("../../../docs/guide/en/conversations.md")]
mod conversations {}

#[doc = include_str!("../../../docs/guide/en/bots.md")]
mod bots {}

#[doc = include_str!("../../../docs/guide/en/apps.md")]
mod apps {}

#[doc = include_str!("../../../docs/guide/en/variables.md")]
mod variables {}

#[doc = include_str!("../../../docs/guide/en/plugins.md")]
mod plugins {}

#[doc = include_str!("../../../docs/guide/en/copies.md")]
mod copies {}

#[doc = include_str!("../../../docs/guide/en/channels.md")]
mod channels {}

#[doc = include_str!("../../../docs/guide/en/benefits.md")]
mod benefits {}

#[doc = include_str!("../../../docs/guide/en/workspaces.md")]
mod workspaces {}

#[doc = include_str!("../../../docs/guide/en/workflows.md")]
mod workflows {}

#[doc = include_str!("../../../docs/guide/en/many-at-once.md")]
mod many_at_once {}

#[doc = include_str!("../../../docs/guide/en/errors.md")]
mod errors {}

#[doc = include_str!("../../../docs/guide/en/testing.md")]
mod testing {}

#[doc = include_str!("../../../docs/guide/en/coze-studio.md")]
mod coze_studio {}

#[doc = include_str!("../../../docs/guide/en/own-endpoints.md")]
mod own_endpoints {}

#[doc = include_str!("../../../docs/guide/en/own-transport.md")]
mod own_transport {}

#[doc = include_str!("../../../docs/guide/en/types-only.md")]
mod types_only {}

#[doc = include_str!("../../../docs/guide/en/simulator.md")]
mod simulator {}

#[doc = include_str!("../../../docs/guide/zh-CN/getting-started.md")]
mod getting_started_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/authentication.md")]
mod authentication_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/streaming.md")]
mod streaming_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/polling.md")]
mod polling_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/messages.md")]
mod messages_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/realtime.md")]
mod realtime_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/files.md")]
mod files_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/audio.md")]
mod audio_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/datasets.md")]
mod datasets_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/tools.md")]
mod tools_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/conversations.md")]
mod conversations_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/bots.md")]
mod bots_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/apps.md")]
mod apps_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/variables.md")]
mod variables_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/plugins.md")]
mod plugins_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/copies.md")]
mod copies_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/channels.md")]
mod channels_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/benefits.md")]
mod benefits_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/workspaces.md")]
mod workspaces_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/workflows.md")]
mod workflows_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/many-at-once.md")]
mod many_at_once_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/errors.md")]
mod errors_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/testing.md")]
mod testing_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/coze-studio.md")]
mod coze_studio_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/own-endpoints.md")]
mod own_endpoints_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/own-transport.md")]
mod own_transport_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/types-only.md")]
mod types_only_zh {}

#[doc = include_str!("../../../docs/guide/zh-CN/simulator.md")]
mod simulator_zh {}
