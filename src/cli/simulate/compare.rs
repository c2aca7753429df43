//! What another set would have done, as tables on the terminal.

use anyhow::Result;

use super::super::print;
use crate::whatif::{Burden, Comparison, Late, SAMPLE, Side, change};

/// Prints the comparison.
pub fn print(comparison: &Comparison) -> Result<()> {
    let Comparison { before, after, names, until, slips, .. } = comparison;
    say!(
        "{} -> {}: {} tickets replayed under both, until {until}\n",
        names[0],
        names[1],
        after.tickets
    );
    let row = |name: &str, before: u64, after: u64| {
        [name.to_owned(), before.to_string(), after.to_string(), change(before, after)]
    };
    let mut rows: Vec<[String; 4]> = slips
        .iter()
        .map(|slip| {
            let [before, after] = comparison.of_slip(&slip.id);
            row(&format!("slips: {} {}", slip.id, slip.zh), before, after)
        })
        .collect();
    let (old, new): (Burden, Burden) = (before.burden(), after.burden());
    let still = |side: &Side| side.late.values().filter(|late| late.still).count() as u64;
    rows.extend([
        row("people told", old.people as u64, new.people as u64),
        row("messages", old.messages, new.messages),
        row("messages per person and day, p50", old.p50, new.p50),
        row("messages per person and day, p95", old.p95, new.p95),
        row("messages per person and day, max", old.max, new.max),
        row("clocks that ran out", before.late.len() as u64, after.late.len() as u64),
        row("of these still running", still(before), still(after)),
    ]);
    print::table(["", "before", "after", "change"], rows)?;
    let units = comparison.late_by_unit();
    let changed: Vec<_> = units.iter().filter(|(_, [before, after])| before != after).collect();
    if !changed.is_empty() {
        say!("\nclocks that ran out, by unit:");
        let shown =
            changed.iter().take(SAMPLE).map(|(unit, [before, after])| row(unit, *before, *after));
        print::table(["unit", "before", "after", "change"], shown)?;
        more(changed.len(), "units")?;
    }
    let [come, gone] = comparison.moved();
    sample("late only after the change:", &come)?;
    sample("no longer late after the change:", &gone)
}

fn sample(title: &str, moved: &[(&str, &str, &Late)]) -> Result<()> {
    if moved.is_empty() {
        return Ok(());
    }
    say!("\n{title}");
    let shown = moved.iter().take(SAMPLE).map(|(ticket, clock, late)| {
        [(*ticket).to_owned(), (*clock).to_owned(), late.unit.clone(), late.due.to_string()]
    });
    print::table(["ticket", "clock", "unit", "due"], shown)?;
    more(moved.len(), "tickets")
}

fn more(all: usize, what: &str) -> Result<()> {
    if all > SAMPLE {
        say!("and {} more {what}", all - SAMPLE);
    }
    Ok(())
}
