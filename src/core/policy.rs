//! What a city promises and who is told when: policies as validated values.
//!
//! `crate::policies` reads them from files; nothing here knows about files. Every
//! name is already resolved: a ladder is an index, a step's place is a `StepAt`.

mod closing;
mod flag;
mod permit;
mod round;

pub use closing::{CloseRule, DataKey, Requirement};
pub use flag::{Counted, FlagRule, FlagWhen};
pub use permit::{
    AfterMax, ExtensionRule, PauseLimit, PauseRule, Permits, RULING_CLOCK, ReturnRule, Strictness,
};
pub use round::{Condition, LastRound, Saying};

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};

use super::{
    agenda::Schedule,
    calendar::Calendar,
    campaign::Campaign,
    catalogue::Catalogue,
    count::CountRule,
    event::Kind,
    fallback::FallbackRule,
    rates::Rules,
    slip::{Note, SlipKind},
    slots::Capacity,
    span::Span,
    stage::StageRule,
    throttle::ThrottleRule,
    trigger::Trigger,
    variant::Variant,
};

mod overlay;
mod resident;

pub use overlay::{OverlayRule, Place};
pub use resident::{COUNTS, Grade, Meaning, Outcome, OutcomeRule, ReplyRule, Tell};

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
    /// Items and duties, where the set has any.
    pub catalogue: Option<Catalogue>,
    pub campaigns: Vec<Campaign>,
    /// The city's own names of where a ticket stands; none: the places of the loop.
    pub stages: Vec<StageRule>,
    pub quiet: Quiet,
    pub noise: Noise,
    /// How replies of residents are read.
    pub reply: ReplyRule,
    pub slips: BTreeMap<String, SlipKind>,
    /// Consequence notes, each at its versions, in the order of the file.
    pub notes: Vec<Note>,
    /// What stands before the serials of an issuing unit (`西督`), by unit.
    pub issuers: BTreeMap<String, String>,
    pub roles: BTreeMap<String, Role>,
    pub pauses: BTreeMap<String, PauseRule>,
    pub permits: Permits,
    pub flags: Vec<FlagRule>,
    pub ladders: Vec<Ladder>,
    pub policies: Vec<Policy>,
    pub triggers: Vec<Trigger>,
    /// What recurs beside tickets.
    pub schedules: Vec<Schedule>,
    pub presets: Presets,
    /// What the preset of the set changed in its policies.
    pub set_by_preset: Vec<SetByPreset>,
    /// Which kinds of units may send an event of a kind; kinds of events that are not here anybody may.
    pub authority: BTreeMap<Kind, Vec<String>>,
    /// What is counted beside clocks and slips.
    pub counts: Vec<CountRule>,
    /// The least score of each zone in percent, the best zone first.
    pub zones: Vec<(String, u32)>,
    /// What counts in which rate, by version.
    pub rates: Vec<Rules>,
    /// What the city calls its reports: by kind, in Chinese and English.
    pub reports: BTreeMap<String, (String, String)>,
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

    /// Whether some policy opens beside a ticket's own with this event.
    pub fn opens_beside(&self, kind: &Kind) -> bool {
        self.policies.iter().any(|policy| policy.overlay.on.contains(kind))
    }

    /// Whether events of this kind mean anything to this set.
    pub fn knows(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Custom(name) => Kind::OWN.contains(&&**name) || self.kinds.contains(kind),
            _ => true, // every standard kind
        }
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
    /// Whom of the unit an urge by hand tells, and how; nobody: it is only counted.
    pub urge_to: Vec<String>,
    pub urge_via: Vec<Via>,
    pub digest_times: Vec<Time>,
    /// Kinds of slips that go by digest on tickets of a group (`digest_of_groups`).
    pub group_digest: Vec<String>,
    pub receipt_suppresses: bool,
    /// A recorded action off line (`offline_action`) stands for the next step of its level within this span.
    pub offline_suppresses: Option<Span>,
    /// Messages to staff leave together at the ends of spans of this length, counted from midnight;
    /// those to one person by one way become one. What fires at night does not wait.
    pub gather: Option<Span>,
    /// A unit is told at most so much in a while; the rest waits. What fires at night does not.
    pub throttle: Option<ThrottleRule>,
    /// What follows where a message does not arrive.
    pub fallback: Option<FallbackRule>,
}

/// A named place in the chain of responsibility.
#[derive(Clone, Debug)]
pub struct Role {
    pub zh: String,
    pub en: String,
    /// 1 is nearest to the work; a vacant role is skipped upward.
    pub level: u8,
    /// Where its people are looked for.
    pub of: RoleOf,
    /// Roles told at once where a desk is empty or off duty, in this order, before the next higher level.
    pub fallback: Vec<String>,
    /// A ladder may reach it with its last step only.
    pub last_step_only: bool,
}

/// Whose role it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RoleOf {
    /// The responsible unit's, or one above it.
    #[default]
    Unit,
    /// The area's the ticket is about (三包).
    Area,
    /// The unit's, the area's or the person's that the ticket names under this key of `data`:
    /// `grid`, `blower`, `supervisor`, `third_party`. Nobody's if it names none.
    Party(String),
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
    /// An event that brings the step forward: it fires then, if it has not fired by itself before.
    pub also_on: Option<Kind>,
    /// The step fires only if one of these has occurred in the round when it is due; empty: always.
    pub only_if: Vec<Kind>,
    /// The step does not fire if one of these has occurred in the round when it is due.
    pub unless: Vec<Kind>,
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
    /// Wins over policies of lower precedence, however many keys they match, and over the item.
    pub precedence: u32,
    /// The text it rests on in law, and since when that holds.
    pub basis: Option<String>,
    pub valid_from: Option<Date>,
    pub clocks: Vec<ClockRule>,
    /// The clock a `deadline` of the source system overrides.
    pub deadline_clock: String,
    /// The clocks a pause stops.
    pub pause_clocks: Vec<String>,
    pub returns: Option<ReturnRule>,
    pub extension: Option<ExtensionRule>,
    pub pauses: Vec<String>,
    pub pause_limit: PauseLimit,
    /// Clocks that run on with their time when the ticket goes to another unit; the others begin again.
    pub carried: Vec<String>,
    pub close: CloseRule,
    /// Events that end the ticket's round for good; of an overlay: that end its own clocks only.
    pub ends: Vec<Kind>,
    /// How this policy runs beside the one a ticket has, and who may say what on it.
    pub overlay: OverlayRule,
    pub max_rounds: Option<u32>,
    /// What opens this policy as a new round (only on the policy selected by `kind = "redo"`).
    pub triggers: Vec<Condition>,
    /// Conditions the policy words itself, beside those with a name.
    pub sayings: Vec<Saying>,
    pub last_round: LastRound,
    /// Reasons of a round that raise the supervision level (attribute `level`) by one: unit, county, city.
    pub raise_level: Vec<String>,
    pub attempts: Option<Attempts>,
    pub ask: Option<AskRule>,
    /// How a callback without an answer ends.
    pub outcome: Option<OutcomeRule>,
    /// A count of events that opens a ticket of this policy.
    pub count_trigger: Option<Trigger>,
    /// When calls of its tickets are made: each ticket is given one of these slots.
    pub slots: Vec<(Time, Time)>,
    /// How many calls there are in a slot; `None`: any number.
    pub capacity: Option<Capacity>,
    pub admit: Option<AdmitRule>,
    pub start_approval: Option<String>,
    /// Events the resident is told of, by kind; the set's `[tell]` holds where the policy says nothing.
    pub tell: BTreeMap<Kind, Tell>,
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
    /// Any of these starts it.
    pub start: Vec<Kind>,
    pub stop: Vec<Kind>,
    /// Starts anew whenever a start event occurs while none of it is open.
    pub again: bool,
    /// `at` texts of ladder steps this clock leaves out.
    pub skip: Vec<String>,
    /// A due outside working time moves to the next opening plus this.
    pub roll: Option<Span>,
    /// After each stop the clock starts again, until this event.
    pub recur_until: Option<Kind>,
    /// How the promise differs for some tickets (`variants`, `by_category`, `by_kind`, `ladder_by_kind`, `skip_by_kind`).
    pub variants: Vec<Variant>,
    /// A clock for each of the units (or milestones, signers ...) that the start event lists.
    pub per_unit: bool,
    /// The data key under which events list them: `units`, `milestones`, `cosigners`.
    pub units_from: String,
    /// Whose people its steps tell, where it is not the responsible unit (`lead`): the data key
    /// of the event that opened the policy under which that unit stands, for example `blower`; `first`
    /// is the unit the ticket went to first.
    pub owner: Option<String>,
    pub ask_mode: AskMode,
    pub coverage: Option<f64>,
    /// The data key of the event that carries its own due.
    pub due_from: Option<String>,
    /// How long before the due the event carries this clock is due (an upper level's limit less our margin).
    pub margin: Option<Span>,
    /// The event duban adds at the due, once for each turn of the clock.
    pub on_due: Option<Kind>,
}

/// How a resident is asked after resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AskMode {
    /// Not a callback clock, or nobody is asked.
    #[default]
    None,
    /// A message as soon as the clock starts; a person calls as well.
    Message,
    /// A message and nothing else (`sms_only`).
    MessageOnly,
    /// A person calls first; the message follows the first unanswered try.
    PhoneFirst,
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

/// Published limits: by place, by policy, by key.
pub type Presets = BTreeMap<String, BTreeMap<String, BTreeMap<String, Limit>>>;

/// One value of a policy that a preset set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetByPreset {
    pub preset: String,
    pub policy: String,
    /// As published: `extension_total`.
    pub key: String,
    /// What it is in the policy: `extension total`.
    pub place: String,
    pub before: String,
    pub after: String,
}

/// One published limit of a preset.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    Span(Span),
    Number(i64),
    Switch(bool),
    Text(String),
}
