//! Pages and the API: parse, call, render.
//!
//! Nothing is decided here: what a resident or another system says becomes an event, and
//! the engine is knocked. Only [`serve`] and [`work`] spawn, and what they spawn is waited for.
//!
//! Invariants (tests of the same names in tests/web):
//! * `opening_a_link_changes_nothing`, `the_first_answer_wins`
//! * `a_wrong_token_tells_nothing`, `guesses_are_shut_out`
//! * `what_a_provider_says_is_thanked_for_once_it_is_kept`
//! * `a_webhook_is_thanked_for_once_it_is_kept`
//! * `every_page_forbids_scripts`, `a_slow_head_is_cut`
//! * `nobody_reads_the_board_unless_signed_in`, `each_sees_only_their_own_units`

mod access;
mod acknowledge;
mod address;
mod api;
mod asset;
mod board;
mod body;
mod calls;
mod events;
mod form;
mod guesses;
mod header;
mod health;
mod hooks;
mod language;
mod ledger;
mod lines;
mod mailbox;
mod once;
mod open311;
mod openapi;
mod overview;
mod page;
mod paging;
mod problem;
mod rating;
mod receipts;
mod reports;
mod serve;
mod shape;
mod start;
mod state;
mod tickets;
mod units;
mod work;

use std::sync::Arc;

use axum::{Router, middleware, routing::get};

pub use self::{
    board::Board,
    calls::Calls,
    guesses::Guesses,
    health::Health,
    serve::{ServeError, serve},
    state::State,
};

/// Everything that can be asked over HTTP.
pub fn router(state: State) -> Router {
    let state = Arc::new(state);
    let mut router = Router::new()
        .route("/", get(start::start))
        .route(asset::STYLE_PATH, get(asset::style))
        .route(asset::BOARD_STYLE_PATH, get(asset::board_style))
        .route(asset::SCRIPT_PATH, get(asset::script))
        .merge(board::routes())
        .route("/r/{token}", get(rating::ask).post(rating::answer))
        .route("/a/{token}", get(acknowledge::show).post(acknowledge::take))
        .route("/a/{token}/slip", get(acknowledge::document))
        .route("/api/v1/events", axum::routing::post(events::receive))
        .route("/api/openapi.json", get(openapi::description))
        .route("/api/v1/tickets", get(tickets::list))
        .route("/api/v1/hooks/{connector}", axum::routing::post(hooks::receive))
        .route("/api/v1/tickets/{ticket}", get(api::ticket))
        .route("/api/v1/tickets/{ticket}/timeline", get(api::timeline))
        .route("/api/v1/tickets/{ticket}/explain", get(api::explain))
        .route("/api/v1/slips", get(api::slips))
        .route("/api/v1/ledger", get(ledger::list))
        .route("/api/v1/units", get(units::list))
        .route("/api/v1/reports/{kind}/{period}", get(reports::report_in))
        .route("/receipts/{channel}", axum::routing::post(receipts::receive))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics));
    if state.mailbox {
        router = router
            .route("/mailbox", get(mailbox::list))
            .route("/mailbox.json", get(mailbox::json))
            .route("/mailbox/{mark}/html", get(mailbox::html));
    }
    if state.demo {
        router = router
            .route("/demo", get(overview::overview))
            .route("/t/{ticket}", get(overview::ticket));
    }
    router
        .merge(open311::routes(&state))
        .fallback(page::nowhere)
        .layer(middleware::from_fn_with_state(Arc::clone(&state), calls::tell))
        .layer(middleware::from_fn_with_state(state.web.request_timeout, work::to_the_end))
        .layer(middleware::from_fn(problem::everywhere))
        .layer(middleware::from_fn(header::secure))
        .with_state(state)
}
