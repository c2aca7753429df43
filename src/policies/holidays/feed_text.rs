//! The text of an iCalendar feed, before it is parsed.
//!
//! The parser reads one calendar and complains in terms of its grammar. Here the folded
//! lines are put together, the usual damage (a truncated file, a web page instead of a
//! feed, a stray line) is found with its line number, and feeds that are several
//! calendars one after the other are cut apart.

use icalendar::parser::unfold;

use super::IcsError;

/// Deeper nesting than calendar, event and alarm is not a feed but an attack on the stack.
const DEPTH_MAX: usize = 8;

/// The calendars in `text`, each unfolded and with every `BEGIN` closed.
pub fn calendars(text: &str) -> Result<Vec<String>, IcsError> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    if !text.trim_start().get(..15).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCALENDAR"))
    {
        return Err(IcsError::NoCalendar);
    }
    let blocks = checked_blocks(&text)?;
    Ok(blocks.iter().map(|block| unfold(block)).collect())
}

/// Cuts the text where one calendar ends, refusing lines that no calendar can hold.
fn checked_blocks(text: &str) -> Result<Vec<String>, IcsError> {
    let mut blocks = Vec::new();
    let mut block = String::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        if line.trim().is_empty() {
            continue;
        }
        let number = index + 1;
        block.push_str(line);
        block.push('\n');
        let mut has_colon = line.contains(':');
        while let Some((_, more)) = lines.next_if(|(_, next)| next.starts_with([' ', '\t'])) {
            has_colon |= more.contains(':');
            block.push_str(more);
            block.push('\n');
        }
        if !has_colon {
            return Err(syntax(number, format!("`{}` has no `:`", shortened(line))));
        }
        if let Some(name) = after(line, "BEGIN:") {
            open.push((number, name));
        } else if let Some(name) = after(line, "END:") {
            match open.pop() {
                Some((_, opened)) if opened.eq_ignore_ascii_case(name) => {}
                Some((begun, opened)) => {
                    let what =
                        format!("`END:{name}` where `BEGIN:{opened}` of line {begun} is open");
                    return Err(syntax(number, what));
                }
                None => {
                    return Err(syntax(number, format!("`END:{name}` without a `BEGIN:{name}`")));
                }
            }
        } else if open.is_empty() {
            return Err(syntax(number, format!("`{}` is outside a calendar", shortened(line))));
        }
        if open.len() > DEPTH_MAX {
            return Err(syntax(number, format!("nested deeper than {DEPTH_MAX}")));
        }
        if open.is_empty() {
            blocks.push(std::mem::take(&mut block));
        }
    }
    match open.pop() {
        None => Ok(blocks),
        Some((number, name)) => {
            Err(syntax(number, format!("`BEGIN:{name}` is never closed; is the file complete?")))
        }
    }
}

fn syntax(line: usize, what: String) -> IcsError {
    IcsError::Syntax { line, what }
}

fn after<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let (head, rest) = line.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then(|| rest.trim())
}

/// The beginning of a line, for a complaint.
fn shortened(line: &str) -> &str {
    let end = line.char_indices().nth(40).map_or(line.len(), |(end, _)| end);
    &line[..end]
}
