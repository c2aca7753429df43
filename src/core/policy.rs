//! What a city promises and who is told when: policies as validated values.
//!
//! `crate::policies` reads them from files; nothing here knows about files. Every
//! name is already resolved: a ladder is an index, a step's place is a `StepAt`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;

use super::{
    calendar::Calendar, event::Kind, span::Span, trigger::Trigger, variant::Variant,
};

/// A whole policy set: one folder of files, at one version.
#[derive(Debug)]
pub struct PolicySet {
    pub id: String,
    pub version: String,
    /// blake3 of the files, hex: what a ticket is frozen to.
    pub hash: String,
    pub calendar: Calendar,
    /// The event that starts clocks which do not name their own.
    pub clock_start: Kind,
    /// When a step offset in working days fires on the resulting day.
    pub workday_step_time: Time,
    /// Where in day n a span of n working days ends.
    pub workday_due: WorkdayDue,
    /// `zh` or `en`: what the set's people read unless they say otherwise.
    pub language: String,
    /// The event from which the resident's own stopwatch runs.
    pub resident_clock: Option<Kind>,
    /// The policy of tickets no selector takes; such tickets are flagged.
    pub default_policy: Option<usize>,
    pub quiet: Quiet,
    pub noise: Noise,
    pub slips: BTreeMap<String, SlipKind>,
    pub roles: BTreeMap<String, Role>,
    pub pauses: BTreeMap<String, PauseRule>,
    pub ladders: Vec<Ladder>,
    pub policies: Vec<Policy>,
    pub triggers: Vec<Trigger>,
    pub presets: BTreeMap<String, BTreeMap<String, BTreeMap<String, Limit>>>,
    /// Keys of an event's `data` that tickets keep for selectors: the known ones and those the set declares.
    pub attributes: BTreeSet<String>,
    /// Event kinds the set adds to the standard ones (named in any stop, start or end).
    pub kinds: BTreeSet<Kind>,
}

/// Policy sets by their hash: those a journal may name.
pub trait Sets {
    fn set(&self, hash: &str) -> Option<&PolicySet>;
}

impl Sets for PolicySet {
    fn set(&self, hash: &str) -> Option<&PolicySet> {
        (self.hash == hash).then_some(self)
    }
}

impl PolicySet {
    /// The policy with this id.
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    /// The trigger with this id.
    pub fn trigger(&self, id: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| trigger.id == id)
    }

    /// Whether events of this kind mean anything to this set.
    pub fn knows(&self, kind: &Kind) -> bool {
        !matches!(kind, Kind::Custom(_)) || self.kinds.contains(kind)
    }
}

/// Where in the last working day a span of working days ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkdayDue {
    /// At the closing time of the day.
    #[default]
    Closing,
    /// At the clock time of the start (moved to the next opening if outside hours).
    SameTime,
    /// At 24:00 of the day.
    EndOfDay,
}

/// When messages wait. The due time, the step and the score never move, only the sending.
#[derive(Clone, Debug, Default)]
pub struct Quiet {
    pub staff: Option<QuietStaff>,
    pub resident: Option<QuietResident>,
}

#[derive(Clone, Debug)]
pub struct QuietStaff {
    /// From this local time to the other, over midnight if the first is the later.
    pub hours: (Time, Time),
    /// Whether days without working time are quiet all day.
    pub rest_days: bool,
}

#[derive(Clone, Debug)]
pub struct QuietResident {
    /// Messages to residents leave only between these local times.
    pub allowed: (Time, Time),
    pub exempt_policies: BTreeSet<String>,
}

/// Limits on how much one person is told.
#[derive(Clone, Debug, Default)]
pub struct Noise {
    pub merge_same_person_within: Option<Span>,
    pub max_sms_per_person_per_day: Option<u32>,
    pub min_gap_same_ticket_person: Option<Span>,
    pub manual_urge_min_gap: Option<Span>,
    pub digest_times: Vec<Time>,
    pub receipt_suppresses: bool,
    pub never_repeat_per_scan: bool,
}

/// A kind of slip (任务通知单 ... 红色督办单).
#[derive(Clone, Debug)]
pub struct SlipKind {
    pub zh: String,
    pub en: String,
    /// The character of its serial (绿字); empty: no serial.
    pub serial: String,
    pub colour: String,
    pub ask_receipt: bool,
}

/// A named place in the chain of responsibility.
#[derive(Clone, Debug)]
pub struct Role {
    pub zh: String,
    pub en: String,
    /// 1 is nearest to the work; a vacant role is skipped upward.
    pub level: u8,
}

/// Why and for how long a clock may stand still.
#[derive(Clone, Debug)]
pub struct PauseRule {
    pub zh: String,
    pub en: String,
    pub max: Span,
    pub approver: String,
    pub evidence: String,
}

/// Ordered steps relative to a clock.
#[derive(Clone, Debug)]
pub struct Ladder {
    pub id: String,
    /// Fires through quiet hours.
    pub night: bool,
    pub stop_on: Vec<Kind>,
    pub steps: Vec<Step>,
}

/// One line of a ladder.
#[derive(Clone, Debug)]
pub struct Step {
    pub at: StepAt,
    /// As written in the file, and in `duban plan`.
    pub at_text: String,
    pub slip: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub via: Vec<Via>,
    pub reply_due: Option<Span>,
    pub repeat: Option<Repeat>,
}

/// Where on its clock a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepAt {
    Start,
    StartPlus(Span),
    /// Percent of the clock, in the clock's own base.
    StartPercent(u8),
    DueMinus(Span),
    Due,
    DuePlus(Span),
}

/// A step that comes again until its clock stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    pub every: Span,
    /// How many more times after the first.
    pub max: u16,
}

/// A kind of way to a person; `duban.toml` maps kinds to channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    Im,
    Sms,
    Email,
    Voice,
    Print,
    Digest,
}

impl Via {
    pub const ALL: [Self; 6] =
        [Self::Im, Self::Sms, Self::Email, Self::Voice, Self::Print, Self::Digest];

    /// The way as written in policies and in `[kinds]` of `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Im => "im",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Voice => "voice",
            Self::Print => "print",
            Self::Digest => "digest",
        }
    }

    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.name() == name)
    }
}

/// What promises hold for a class of tickets.
#[derive(Clone, Debug)]
pub struct Policy {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub select: Selector,
    pub clocks: Vec<ClockRule>,
    /// The clock a `deadline` of the source system overrides.
    pub deadline_clock: String,
    /// The clocks a pause stops.
    pub pause_clocks: Vec<String>,
    pub returns: Option<ReturnRule>,
    pub extension: Option<ExtensionRule>,
    pub pauses: Vec<String>,
    pub close: CloseRule,
    /// Events that end the ticket's round for good.
    pub ends: Vec<Kind>,
    pub max_rounds: Option<u32>,
    /// What opens this policy as a new round (only on the policy selected by `kind = "redo"`).
    pub triggers: Vec<Condition>,
    pub attempts: Option<Attempts>,
    pub ask: Option<AskRule>,
    /// A count of events that opens a ticket of this policy.
    pub count_trigger: Option<Trigger>,
    pub slots: Vec<(Time, Time)>,
    pub admit: Option<AdmitRule>,
    pub start_approval: Option<String>,
    pub in_rates: bool,
    /// Free texts and switches that reports and pages show: `effect`, `one_owner`, `care_tag`, `cool_off` ...
    pub notes: BTreeMap<String, String>,
}

/// Which tickets a policy takes. More matched keys win over fewer, then the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// Key (`category`, `urgency`, `area`, `kind`, `source`, `requester`, `tag`, and those of
    /// `PolicySet::attributes`) to the values it may have. A path also matches when the ticket's
    /// begins with it (`投诉` takes `投诉/电梯`).
    pub keys: BTreeMap<String, Vec<String>>,
}

/// One promise of a policy.
#[derive(Clone, Debug)]
pub struct ClockRule {
    pub name: String,
    /// How long it runs; `None`: only where the event brings a `deadline`.
    pub span: Option<Span>,
    /// Index into `PolicySet::ladders`; `None`: a clock that only measures.
    pub ladder: Option<usize>,
    pub start: Kind,
    pub stop: Vec<Kind>,
    /// `at` texts of ladder steps this clock leaves out.
    pub skip: Vec<String>,
    /// A due outside working time moves to the next opening plus this.
    pub roll: Option<Span>,
    /// After each stop the clock starts again, until this event.
    pub recur_until: Option<Kind>,
    /// How the promise differs for some tickets (`variants`, `by_category`, `by_kind`, `ladder_by_kind`, `skip_by_kind`).
    pub variants: Vec<Variant>,
    pub per_unit: bool,
    /// Whose clock it is, where it is not the responsible unit's: `lead`, `blower`.
    pub owner: Option<String>,
    pub ask_mode: AskMode,
    pub coverage: Option<f64>,
    /// The data key of the event that carries its own due.
    pub due_from: Option<String>,
    /// What happens at the due beside the ladder, for example `reactivate`.
    pub on_due: Option<String>,
}

/// How a resident is asked after resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AskMode {
    /// Not a callback clock, or nobody is asked.
    #[default]
    None,
    /// A message with a link as soon as the clock starts.
    Message,
    /// A person calls first; the message follows the first unanswered try.
    PhoneFirst,
}

#[derive(Clone, Debug)]
pub struct ReturnRule {
    pub window: Span,
    pub max: u32,
    pub basis_required: bool,
    pub ruling: Span,
    pub after_max: String,
    pub hop_limit: u32,
}

#[derive(Clone, Debug)]
pub struct ExtensionRule {
    pub max: u32,
    pub each: Span,
    pub total: Span,
    /// An extension must be asked for at least this long before the due.
    pub before_due: Span,
    /// Asked later in the day than this counts as asked the next day.
    pub daily_cutoff: Option<Time>,
    pub approver: Vec<String>,
    pub tell_resident: bool,
    pub late_request: String,
}

#[derive(Clone, Debug, Default)]
pub struct CloseRule {
    pub requires: Vec<String>,
    pub attachments_min: u32,
    pub confirm_timeout: Option<Span>,
    pub on_timeout: Option<String>,
}

/// Phone attempts of a callback.
#[derive(Clone, Debug)]
pub struct Attempts {
    pub phone_max: u32,
    pub bands: Vec<(Time, Time)>,
    pub different_band: bool,
    pub min_gap: Span,
}

/// How a resident is asked by message.
#[derive(Clone, Debug)]
pub struct AskRule {
    /// The message follows this many unanswered calls.
    pub after_unanswered: u32,
    pub within: Span,
    pub modes: Vec<String>,
    pub link_ttl: Span,
    pub single_use: bool,
    pub reminders: u32,
    pub reminder_after: Span,
    pub token_bits: u32,
}

/// Who may admit to a ledger, and with what.
#[derive(Clone, Debug)]
pub struct AdmitRule {
    pub approver: Vec<String>,
    pub reasons: Vec<String>,
    pub resident_notice: bool,
    pub plan_required: bool,
}

/// A named condition over an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The resident is not satisfied.
    RatingUnsatisfied,
    /// The resident says it is not solved.
    AnswerUnsolved,
    /// The hotline's own check refused the result.
    QaRejected,
    /// The ticket was drawn for a check and failed it.
    SampleFailed,
    /// The same matter came again within 30 days.
    RepeatWithin30d,
}

impl Condition {
    pub const ALL: [(&'static str, Self); 5] = [
        ("rating_unsatisfied", Self::RatingUnsatisfied),
        ("answer_unsolved", Self::AnswerUnsolved),
        ("qa_rejected", Self::QaRejected),
        ("sample_failed", Self::SampleFailed),
        ("repeat_within_30d", Self::RepeatWithin30d),
    ];
}

/// One published limit of a preset.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    Span(Span),
    Number(i64),
    Switch(bool),
    Text(String),
}
