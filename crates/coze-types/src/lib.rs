//! coze-types.
