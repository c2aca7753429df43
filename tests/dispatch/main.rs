//! The dispatch over a real store: what is sent, to whom, what is tried again and what is not
//! sent any more; and several nodes on one PostgreSQL.

mod city;
#[path = "../common/gateway.rs"]
mod gateway;
mod nodes;
#[path = "../common/postgres.rs"]
mod postgres;
#[path = "../common/process.rs"]
mod process;
mod sending;

/// Runs each function on a SQLite file and on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let folder = tempfile::tempdir().expect("a scratch folder");
                let url = format!("sqlite:{}", folder.path().join("duban.db").display());
                crate::sending::$name(&url).await;
            })*
        }
        mod postgresql {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::sending::$name(&crate::postgres::database().await).await;
            })*
        }
    };
}

on_both![
    a_message_whose_reason_is_gone_is_not_sent,
    a_question_that_is_answered_or_too_old_is_not_sent,
    a_failed_message_is_tried_again_and_given_up,
    the_person_is_found_at_sending,
    the_link_in_a_message_opens,
    an_approved_text_is_filled_from_the_message,
];
