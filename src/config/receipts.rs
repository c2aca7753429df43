//! `[channel.receipts]` of a gateway: how it tells what became of a message, and what came back.

use super::{
    channels::{pointer, scalars},
    hidden::{Found, Surroundings},
    print::Page,
    provider::token,
    section::Section,
};

/// Where in a gateway's own JSON (or form) the parts of a receipt or an answer stand.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptsConfig {
    /// The header that brings the secret.
    pub header: String,
    pub token: Found,
    /// Where the list stands, if one request tells several things.
    pub list: Option<String>,
    /// The gateway's own number of the message or answer.
    pub id: Option<String>,
    /// What became of it, and the values that mean arrived or never.
    pub state: Option<String>,
    pub delivered: Vec<String>,
    pub never: Vec<String>,
    /// Values that say nothing yet: queued, on its way.
    pub pending: Vec<String>,
    /// The phone an answer comes from, and what it says: the text, or the key that was pressed.
    pub from: Option<String>,
    pub text: Option<String>,
}

pub(super) fn read(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<ReceiptsConfig> {
    let header = section.some_text("header");
    let given = section.has("token") || section.has("token_file");
    let token = token(section, "token", "token_file", &format!("{name}.receipts"), around);
    if token.is_none() && !given {
        let place = section.place();
        section.complain(
            place,
            format!("`token_file` is missing; give it or the credential `{name}.receipts.token`"),
        );
    }
    let list = pointer(section, "list");
    let id = pointer(section, "id");
    let state = pointer(section, "state");
    let delivered = scalars(section, "delivered");
    let never = scalars(section, "never");
    let pending = scalars(section, "pending");
    let from = pointer(section, "from");
    let text = pointer(section, "text");
    let place = section.place();
    if state.is_some() && (id.is_none() || delivered.is_empty()) {
        let wrong = "`state` needs `id` and `delivered`, for example `{ id = \"/id\", state = \"/state\", delivered = \"DELIVRD\" }`";
        section.complain(place.clone(), wrong);
    }
    if from.is_some() != text.is_some() {
        section.complain(place.clone(), "`from` and `text` of an answer come together");
    }
    if state.is_none() && from.is_none() {
        section.complain(
            place,
            "say where a receipt has its `id` and `state`, or an answer its `from` and `text`",
        );
    }
    let header = header.map_or_else(|| "x-duban-token".to_owned(), |(text, _)| text.to_lowercase());
    let token = token?;
    Some(ReceiptsConfig { header, token, list, id, state, delivered, never, pending, from, text })
}

impl ReceiptsConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.line(format_args!("[channel.receipts]"));
        page.text("header", &self.header);
        page.found("token", "token_file", &self.token.source);
        let pointers = [
            ("list", &self.list),
            ("id", &self.id),
            ("state", &self.state),
            ("from", &self.from),
            ("text", &self.text),
        ];
        for (key, pointer) in pointers {
            if let Some(pointer) = pointer {
                page.text(key, pointer);
            }
        }
        let values =
            [("delivered", &self.delivered), ("never", &self.never), ("pending", &self.pending)];
        for (key, values) in values {
            page.words(key, values.iter().map(String::as_str));
        }
    }
}
