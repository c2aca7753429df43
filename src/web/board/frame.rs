//! What every page of the board has around it, and what is said when there is no page.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::session::Viewer;
use crate::{
    store::StoreError,
    web::{
        asset::{board_style_address, script_address, style_address},
        language::Language,
        page,
        state::State,
    },
};

/// The board has one small script of its own and asks only its own host.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What stands around a page.
pub(super) struct Frame {
    pub style: &'static str,
    pub board_style: &'static str,
    pub script: &'static str,
    pub l: Language,
    /// Which entry of the navigation the page belongs to.
    pub at: &'static str,
    pub person: String,
    pub name: String,
    /// The first unit at the top of what they see.
    pub unit: Option<String>,
    pub form_token: String,
    /// The time it is for the tickets.
    pub now: String,
    pub mailbox: bool,
}

impl Frame {
    pub(super) fn of(state: &State, viewer: &Viewer, at: &'static str) -> Self {
        Self {
            style: style_address(),
            board_style: board_style_address(),
            script: script_address(),
            l: viewer.language,
            at,
            person: viewer.person.clone(),
            name: viewer.name.clone(),
            unit: viewer.scope.tops(&viewer.rules.org).first().map(|unit| unit.id.clone()),
            form_token: viewer.form_token.clone(),
            now: state.local(state.wall.now()),
            mailbox: state.mailbox && state.demo,
        }
    }
}

/// A page of the board.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    let mut response = page::page(status, template);
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Something to say instead of a page.
#[derive(Template)]
#[template(path = "board/said.html")]
struct Said {
    style: &'static str,
    l: Language,
    title: &'static str,
    text: &'static str,
}

/// A page that only says something.
pub(super) fn said(
    status: StatusCode,
    l: Language,
    title: [&'static str; 2],
    text: [&'static str; 2],
) -> Response {
    let said = |[zh, en]: [&'static str; 2]| l.say(zh, en);
    page(status, &Said { style: style_address(), l, title: said(title), text: said(text) })
}

/// The same whether a thing is not there or not theirs to see.
pub(super) fn nowhere(l: Language) -> Response {
    said(
        StatusCode::NOT_FOUND,
        l,
        ["没有找到", "Not found"],
        [
            "没有这一项，或者它不属于您的单位。",
            "There is nothing of this name, or it does not belong to your units.",
        ],
    )
}

/// A form that is not of this session.
pub(super) fn foreign(l: Language) -> Response {
    said(
        StatusCode::FORBIDDEN,
        l,
        ["没有提交", "Not taken"],
        [
            "这份表单不是从您当前登录的页面提交的。请返回、刷新页面后再试。",
            "This form did not come from a page of the session you are in. Go back, reload the page and try again.",
        ],
    )
}

/// The store does not answer.
pub(super) fn trouble(l: Language, error: &StoreError) -> Response {
    tracing::error!(%error, "the board could not be read");
    let mut response = said(
        StatusCode::SERVICE_UNAVAILABLE,
        l,
        ["暂时不可用", "Not now"],
        ["数据库没有应答，请稍后再试。", "The store does not answer; try again in a moment."],
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    response.into_response()
}
