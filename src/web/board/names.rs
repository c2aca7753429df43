//! What things are called on the board, in the language of the page.

use std::sync::Arc;

use crate::{
    core::{board, clock::ClockKey, event::Event, timestamp::Timestamp, wording},
    rules::Rules,
    web::language::Language,
};

/// Names out of the policy set, the organisation and the texts.
#[derive(Clone)]
pub(super) struct Names {
    rules: Arc<Rules>,
    pub l: Language,
}

impl Names {
    pub(super) fn of(rules: &Arc<Rules>, l: Language) -> Self {
        Self { rules: Arc::clone(rules), l }
    }

    fn language(&self) -> wording::Language {
        self.l.of_texts()
    }

    /// A unit; one the organisation does not know keeps its id.
    pub(super) fn unit(&self, id: &str) -> String {
        let name = self.rules.names.unit(id, self.language());
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_owned())
    }

    pub(super) fn policy(&self, id: &str) -> String {
        self.rules.names.policy(id, self.language()).unwrap_or_default()
    }

    pub(super) fn role(&self, id: &str) -> String {
        self.rules.names.role(id, self.language()).unwrap_or_default()
    }

    pub(super) fn slip(&self, kind: &str) -> String {
        self.rules.names.slip(kind, self.language()).unwrap_or_default()
    }

    /// The colour of a kind of slip, as the stylesheet knows it.
    pub(super) fn colour_of(&self, kind: &str) -> &'static str {
        let kind = self.rules.current.slips.get(kind);
        kind.map_or(board::Colour::None, |kind| board::Colour::of(&kind.colour)).name()
    }

    /// A clock by its label: `resolve`, `hung:review`.
    pub(super) fn clock(&self, label: &str) -> String {
        let named = |name: &str| {
            let words = self.rules.templates.clock(name, self.language());
            words.map_or_else(|| name.replace('_', " "), str::to_owned)
        };
        match label.split_once(':') {
            None if label.is_empty() => String::new(),
            None => named(label),
            Some((overlay, name)) => {
                let policy = overlay.split('.').next().unwrap_or(overlay);
                format!("{} · {}", self.policy(policy), named(name))
            }
        }
    }

    /// A clock with the unit it is on and the round, where they say more.
    pub(super) fn clock_of(&self, key: &ClockKey, rounds: u32) -> String {
        let mut name = self.clock(&key.label());
        if !key.unit.is_empty() {
            name = format!("{name} · {}", self.unit(&key.unit));
        }
        if rounds > 1 {
            let round = match self.l {
                Language::Zh => format!("第{}轮", key.round),
                Language::En => format!("round {}", key.round),
            };
            name = format!("{name} · {round}");
        }
        name
    }

    /// A ledger: the policy or the flag it goes by.
    pub(super) fn ledger(&self, list: &str) -> String {
        let names = &self.rules.names;
        let known = self.rules.current.policies.iter().any(|policy| policy.id == list);
        let name = if known {
            names.policy(list, self.language())
        } else {
            names.flag(list, self.language())
        };
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| list.replace('_', " "))
    }

    /// Where a ticket stands.
    pub(super) fn stage(&self, id: &str) -> String {
        let stage = self.rules.current.stages.iter().find(|stage| stage.id == id);
        if let Some(stage) = stage {
            let name = self.language().pick(stage.zh.as_str(), stage.en.as_str());
            return if name.is_empty() { id.to_owned() } else { name.to_owned() };
        }
        match id {
            "received" => self.l.say("已登记", "received"),
            "dispatched" => self.l.say("已派单", "dispatched"),
            "accepted" => self.l.say("已签收", "accepted"),
            "resolved" => self.l.say("已办结", "resolved"),
            "ended" => self.l.say("已归档", "ended"),
            other => return other.to_owned(),
        }
        .to_owned()
    }

    /// What an open ticket waits for.
    pub(super) fn state(&self, name: &str) -> &'static str {
        match name {
            "running" => self.l.say("办理中", "running"),
            "paused" => self.l.say("挂起", "paused"),
            "hung" => self.l.say("挂账", "hung"),
            "callback" => self.l.say("待回访", "callback"),
            _ => self.l.say("无计时", "no clock"),
        }
    }

    pub(super) fn colour(&self, name: &str) -> &'static str {
        match name {
            "red" => self.l.say("红", "red"),
            "yellow" => self.l.say("黄", "yellow"),
            "green" => self.l.say("绿", "green"),
            _ => self.l.say("无", "none"),
        }
    }

    /// The state of a clock.
    pub(super) fn clock_state(&self, word: &str) -> &'static str {
        match word {
            "overdue" => self.l.say("超期", "overdue"),
            "running" => self.l.say("计时中", "running"),
            "paused" => self.l.say("暂停", "paused"),
            "met" => self.l.say("按期", "in time"),
            "late" => self.l.say("逾期完成", "late"),
            "cancelled" => self.l.say("终止", "ended"),
            _ => self.l.say("转新规则", "under other rules"),
        }
    }

    /// How long until a due, or since.
    pub(super) fn left(&self, due: Timestamp, now: Timestamp) -> String {
        let ms = due.since(now);
        let span = self.span(ms.abs());
        match self.l {
            Language::Zh if ms < 0 => format!("超{span}"),
            Language::Zh => format!("剩{span}"),
            Language::En if ms < 0 => format!("{span} over"),
            Language::En => format!("{span} left"),
        }
    }

    /// A length of time in its two largest units.
    pub(super) fn span(&self, ms: i64) -> String {
        let minutes = ms / 60_000;
        let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
        let (d, h, m) = match self.l {
            Language::Zh => ("天", "时", "分"),
            Language::En => (" d", " h", " min"),
        };
        let gap = self.l.say("", " ");
        match (days, hours, minutes) {
            (0, 0, minutes) => format!("{minutes}{m}"),
            (0, hours, 0) => format!("{hours}{h}"),
            (0, hours, minutes) => format!("{hours}{h}{gap}{minutes}{m}"),
            (days, _, _) if days >= 10 => format!("{days}{d}"),
            (days, 0, _) => format!("{days}{d}"),
            (days, hours, _) => format!("{days}{d}{gap}{hours}{h}"),
        }
    }

    /// A way out.
    pub(super) fn via(&self, via: &str) -> &'static str {
        match via {
            "sms" => self.l.say("短信", "SMS"),
            "email" => self.l.say("邮件", "mail"),
            "im" => self.l.say("即时消息", "IM"),
            "voice" => self.l.say("语音", "call"),
            "print" => self.l.say("纸质", "print"),
            "digest" => self.l.say("汇总", "digest"),
            _ => self.l.say("其他", "other"),
        }
    }

    /// What became of a message, and whether somebody has to look at it.
    pub(super) fn message_state(
        &self,
        state: &str,
        delivery: Option<&str>,
    ) -> (&'static str, bool) {
        let l = self.l;
        match (state, delivery) {
            (_, Some("delivered")) => (l.say("已送达", "delivered"), false),
            (_, Some(_)) => (l.say("未送达", "not delivered"), true),
            ("sent", None) => (l.say("已发出", "sent"), false),
            ("waiting", None) => (l.say("待发", "waiting"), false),
            ("dropped", None) => (l.say("不再需要", "not needed any more"), false),
            (_, None) => (l.say("发送失败", "given up"), true),
        }
    }

    /// A kind of event.
    pub(super) fn kind(&self, kind: &str) -> String {
        let l = self.l;
        let name = match kind {
            "received" => l.say("登记", "received"),
            "registered" => l.say("建单", "registered"),
            "dispatched" => l.say("派单", "dispatched"),
            "accepted" => l.say("签收", "accepted"),
            "returned" => l.say("退单", "returned"),
            "contacted" => l.say("联系诉求人", "resident contacted"),
            "progress" => l.say("报进展", "progress"),
            "paused" => l.say("挂起", "paused"),
            "resumed" => l.say("恢复", "resumed"),
            "extension_asked" => l.say("申请延期", "extension asked"),
            "extended" => l.say("延期", "extended"),
            "replied" => l.say("回复", "replied"),
            "resolved" => l.say("办结", "resolved"),
            "callback_tried" => l.say("回访未接通", "callback tried"),
            "answered" => l.say("诉求人答复", "resident answered"),
            "rated" => l.say("评价", "rated"),
            "redo" => l.say("退回重办", "redo"),
            "reopened" => l.say("重开", "reopened"),
            "reassigned" => l.say("改派", "reassigned"),
            "hung" => l.say("挂账", "hung"),
            "reviewed" => l.say("复核", "reviewed"),
            "struck_off" => l.say("销账", "struck off"),
            "acknowledged" => l.say("签收督办单", "slip received"),
            "closed" => l.say("归档", "closed"),
            other => return other.replace('_', " "),
        };
        name.to_owned()
    }

    /// What somebody said happened.
    pub(super) fn event(&self, event: &Event) -> String {
        let name = self.kind(event.kind.name());
        let unit = event.unit.as_ref().map(|unit| format!(" → {}", self.unit(unit)));
        let words = ["solved", "satisfied", "outcome"].map(|key| event.text(key));
        let words: Vec<&str> = words.into_iter().flatten().collect();
        let said = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
        format!("{name}{}{said}", unit.unwrap_or_default())
    }

    /// What ended a line of a ledger.
    pub(super) fn ended_by(&self, by: &str) -> String {
        match by {
            "struck_off" => self.l.say("已销账", "struck off").to_owned(),
            "reactivated" => self.l.say("已激活", "put back").to_owned(),
            "ended" => self.l.say("随工单结束", "with its ticket").to_owned(),
            other => other.replace('_', " "),
        }
    }
}
