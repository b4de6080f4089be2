//! coze.
