//! The stylesheet every page names, and what only the board names beside it: its own and a script.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

pub(super) const STYLE_PATH: &str = "/assets/duban.css";
pub(super) const BOARD_STYLE_PATH: &str = "/assets/board.css";
pub(super) const SCRIPT_PATH: &str = "/assets/board.js";
const STYLE: &str = include_str!("duban.css");
const BOARD_STYLE: &str = include_str!("board.css");
const SCRIPT: &str = include_str!("board.js");

/// The address of each, with a mark of its content: it may be cached for ever.
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| marked(STYLE_PATH, STYLE));
static BOARD_STYLE_ADDRESS: LazyLock<String> =
    LazyLock::new(|| marked(BOARD_STYLE_PATH, BOARD_STYLE));
static SCRIPT_ADDRESS: LazyLock<String> = LazyLock::new(|| marked(SCRIPT_PATH, SCRIPT));

fn marked(path: &str, content: &str) -> String {
    let mark = blake3::hash(content.as_bytes()).to_hex();
    format!("{path}?v={}", &mark[..8])
}

/// The addresses pages name.
pub(super) fn style_address() -> &'static str {
    &STYLE_ADDRESS
}

pub(super) fn board_style_address() -> &'static str {
    &BOARD_STYLE_ADDRESS
}

pub(super) fn script_address() -> &'static str {
    &SCRIPT_ADDRESS
}

/// `GET /assets/duban.css`
pub(super) async fn style() -> Response {
    kept("text/css; charset=utf-8", STYLE)
}

/// `GET /assets/board.css`
pub(super) async fn board_style() -> Response {
    kept("text/css; charset=utf-8", BOARD_STYLE)
}

/// `GET /assets/board.js`
pub(super) async fn script() -> Response {
    kept("text/javascript; charset=utf-8", SCRIPT)
}

fn kept(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, content).into_response()
}
