//! coze-transport.
