//! The one stylesheet.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

pub(super) const STYLE_PATH: &str = "/assets/duban.css";
const STYLE: &str = include_str!("duban.css");

/// The address of the stylesheet, with a mark of its content: it may be cached for ever.
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let mark = blake3::hash(STYLE.as_bytes()).to_hex();
    format!("{STYLE_PATH}?v={}", &mark[..8])
});

/// The address pages name.
pub(super) fn style_address() -> &'static str {
    &STYLE_ADDRESS
}

/// `GET /assets/duban.css`
pub(super) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE).into_response()
}
