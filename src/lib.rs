//! duban (督办): SLA clocks, graded slips and callbacks for city service hotlines.

pub mod core;
