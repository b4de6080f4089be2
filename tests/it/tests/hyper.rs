//! The client over real sockets against the simulator, in both of its dialects.

/// Runs each test against the hosted service and against Coze Studio.
macro_rules! both {
    ($($test:ident),+ $(,)?) => {
        mod official {
            $(#[tokio::test]
            async fn $test() {
                crate::served::patiently(super::$test(coze_sim::Dialect::Official)).await;
            })+
        }
        mod studio {
            $(#[tokio::test]
            async fn $test() {
                crate::served::patiently(super::$test(coze_sim::Dialect::Studio)).await;
            })+
        }
    };
}

mod around;
mod audio;
mod auth;
mod bot;
mod care;
mod chat;
mod conversation;
mod fault;
mod file;
mod load;
mod refusal;
mod tool;
mod workspace;
