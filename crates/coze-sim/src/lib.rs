//! coze-sim.
