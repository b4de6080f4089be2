//! Compiles and runs the code of the READMEs and of the guide.

macro_rules! documents {
    ($($name:ident: $path:literal;)+) => {$(
        #[doc = include_str!($path)]
        mod $name {}
    )+};
}

documents! {
    readme: "../../../README.md";
    readme_zh: "../../../README.zh-CN.md";
    crate_readme: "../README.md";
    crate_readme_zh: "../README.zh-CN.md";
    getting_started: "../../../docs/guide/en/getting-started.md";
    streaming: "../../../docs/guide/en/streaming.md";
    polling: "../../../docs/guide/en/polling.md";
    messages: "../../../docs/guide/en/messages.md";
    tools: "../../../docs/guide/en/tools.md";
    conversations: "../../../docs/guide/en/conversations.md";
    workflows: "../../../docs/guide/en/workflows.md";
    errors: "../../../docs/guide/en/errors.md";
    coze_studio: "../../../docs/guide/en/coze-studio.md";
    own_endpoints: "../../../docs/guide/en/own-endpoints.md";
    own_transport: "../../../docs/guide/en/own-transport.md";
    types_only: "../../../docs/guide/en/types-only.md";
    simulator: "../../../docs/guide/en/simulator.md";
}
