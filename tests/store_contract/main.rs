//! The contract of the store: each function, the same result on SQLite and PostgreSQL.
//!
//! A test is a function of a [`Scratch`], a fresh database; `contract!` runs it on each kind.
//! What needs two nodes opens the scratch twice.

mod board;
mod intake;
mod links;
mod looks;
mod outbox;
#[path = "../common/postgres.rs"]
mod postgres;
mod reading;
mod receipts;
mod schema;
mod scratch;

/// Runs each function on a SQLite file, on SQLite in memory and on PostgreSQL.
macro_rules! contract {
    ($($module:ident::$name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::sqlite()).await;
            })*
        }
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::memory()).await;
            })*
        }
        mod postgresql {
            $(#[tokio::test]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::postgres().await).await;
            })*
        }
    };
}

contract![
    intake::an_event_is_appended_once,
    intake::entries_are_chained_in_their_order,
    intake::an_append_makes_the_ticket_due,
    intake::an_earlier_look_is_not_put_off,
    intake::the_latest_contact_wins,
    intake::a_nul_is_refused,
    intake::refused_lines_are_kept,
    looks::a_look_loads_what_is_due,
    looks::a_look_loads_only_news,
    looks::a_commit_writes_everything,
    looks::a_dropped_look_leaves_no_trace,
    looks::a_told_event_is_delivered_once,
    looks::a_key_is_written_once,
    looks::a_ticket_that_is_gone_fails_the_commit,
    looks::a_look_at_takes_only_what_is_named_and_due,
    looks::a_parked_ticket_waits_until_something_happens,
    looks::errors_say_whether_rows_are_to_blame,
    looks::serials_have_no_gaps,
    looks::each_issuer_counts_its_own_serials,
    looks::receipts_and_replies_are_kept,
    looks::the_ledger_of_a_ticket_is_written_anew,
    looks::a_withdrawn_slip_drops_its_waiting_messages,
    outbox::a_claim_hides_for_the_lease,
    outbox::a_claim_is_sorted_and_bounded,
    outbox::a_lost_lease_settles_nothing,
    outbox::outcomes_are_kept,
    outbox::a_held_message_was_no_attempt,
    outbox::an_offer_knows_what_happened_meanwhile,
    outbox::what_went_out_is_kept_even_of_a_withdrawn_slip,
    outbox::the_mailbox_keeps_a_message_once,
    receipts::a_receipt_counts_once,
    receipts::a_receipt_before_the_answer_waits,
    receipts::a_long_message_is_delivered_with_its_last_part,
    receipts::what_is_undelivered_goes_on_once,
    receipts::a_reply_finds_what_was_asked,
    receipts::a_slip_knows_what_arrived,
    links::a_link_is_answered_once,
    links::a_link_expires,
    links::tokens_work_until_revoked,
    reading::tickets_are_filtered_and_paged,
    reading::slips_are_filtered_and_paged,
    reading::flags_are_listed_and_raised_once,
    reading::a_page_holds_whole_journals,
    reading::a_whole_ticket_has_all_that_is_known_of_it,
    reading::policy_sets_are_kept_by_hash,
    board::lines_follow_their_tickets,
    board::lines_are_filtered_ordered_and_paged,
    board::lines_are_counted_by_unit,
    board::lists_of_the_board_read_an_index,
    board::a_link_to_sign_in_opens_one_session,
    board::links_to_sign_in_are_few,
    board::a_session_ends,
    board::somebody_finds_their_messages,
    board::what_did_not_arrive_is_found,
    board::a_ledger_is_read_by_unit,
    board::tickets_from_before_the_board_are_looked_at,
    schema::migrating_twice_changes_nothing,
];

/// What needs several nodes on one database, or several threads.
macro_rules! nodes {
    ($($module:ident::$name:ident),* $(,)?) => {
        mod sqlite_nodes {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::sqlite()).await;
            })*
        }
        mod postgresql_nodes {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::postgres().await).await;
            })*
        }
    };
}

nodes![
    intake::two_nodes_append_to_the_same_tickets,
    looks::two_looks_take_disjoint_tickets,
    looks::concurrent_serials_have_no_gaps,
    outbox::two_claims_take_disjoint_messages,
    links::the_first_answer_wins,
    board::of_two_sign_ins_one_wins,
    schema::two_nodes_migrate_at_once,
];
