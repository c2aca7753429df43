//! Wrong rules, planted in the model to see whether the comparison finds them.

/// One wrong rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A pause does not move the due.
    PausesCount,
    /// An extension is granted and moves nothing.
    ExtensionsMoveNothing,
    /// A step at the due instant fires although the clock was stopped then.
    StepsBeforeStops,
    /// Late events withdraw nothing.
    NothingIsWithdrawn,
    /// Another class begins the clock anew.
    AnotherClassStartsAgain,
}
