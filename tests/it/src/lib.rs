//! Holds nothing: the tests of the workspace as a whole are in `tests/`.
