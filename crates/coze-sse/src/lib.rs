//! coze-sse.
