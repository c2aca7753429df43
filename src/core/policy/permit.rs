//! What a policy lets a unit ask for: pauses, extensions, returns, and how strictly it is asked.

use jiff::civil::Time;

use super::Via;
use crate::core::span::Span;

/// Why and for how long a clock may stand still.
#[derive(Clone, Debug)]
pub struct PauseRule {
    pub zh: String,
    pub en: String,
    pub max: Span,
    pub approver: String,
    /// The key of `data` that carries the evidence; `evidence` does as well.
    pub evidence: String,
}

/// Whether and how long a unit may say that a ticket is not theirs.
#[derive(Clone, Debug)]
pub struct ReturnRule {
    pub window: Span,
    /// Returns one round decides between dispatcher and unit; the next one goes to a ruling by itself.
    pub max: u32,
    pub basis_required: bool,
    /// How long the ruling may take: the clock `ruling` runs from the return to its ruling.
    pub ruling: Span,
    pub after_max: AfterMax,
    /// A ticket that went through more units than this goes to a ruling by itself.
    pub hop_limit: u32,
    /// The clock of this policy that starts again when a return is accepted: the dispatcher's.
    /// Without it the unit's clocks run on until the next dispatch.
    pub back_to: Option<String>,
}

/// What a ruling means that a return beyond the limit brought about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterMax {
    /// The unit it names keeps the ticket; there are no more returns.
    #[default]
    Final,
    /// It decides this return only.
    Open,
}

/// The name of the clock a return starts.
pub const RULING_CLOCK: &str = "ruling";

/// How often, how far and until when a due may be moved.
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
    /// The resident is told the new due, where a way to them is known.
    pub tell_resident: bool,
    /// Whether a request that came too late is counted as well as refused.
    pub late_request_counts: bool,
}

/// How strictly a set asks for names and papers, and who hears of decisions: `[permits]`.
#[derive(Clone, Debug, Default)]
pub struct Permits {
    /// A pause or an extension whose approver nobody names.
    pub unnamed_approver: Strictness,
    /// A pause without the evidence its kind asks for.
    pub missing_evidence: Strictness,
    /// Roles of the unit that are told of extensions and rulings; none: nobody.
    pub tell_unit: Vec<String>,
    pub tell_via: Vec<Via>,
}

/// What becomes of an event that lacks something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// It counts, and a flag says what was missing.
    #[default]
    Flag,
    /// It counts.
    Accept,
    /// It is refused.
    Refuse,
}

/// How often and how long one ticket may stand still in all.
#[derive(Clone, Copy, Debug, Default)]
pub struct PauseLimit {
    pub max: Option<u32>,
    /// All pauses of a round together; the last one ends by itself where this is used up.
    pub total: Option<Span>,
}
