//! The hash chain of a ticket's journal: who holds the last hash can prove the whole.
//!
//! Pure. The hash of an entry is BLAKE3 over seven netstrings (`LENGTH:TEXT,` with the
//! length in bytes of UTF-8), written as base64url without padding:
//!
//! ```text
//! previous hash (empty for the first), ticket number, seq, at in ms, arrived in ms, kind, body
//! ```
//!
//! so that anybody can check a journal without us, in Python for example:
//!
//! ```python
//! text = "".join(f"{len(s.encode())}:{s}," for s in (prev, ticket, str(seq), str(at), str(arrived), kind, body))
//! hash = base64.urlsafe_b64encode(blake3(text.encode()).digest()).rstrip(b"=").decode()
//! ```
//!
//! Invariants: `any_change_breaks_the_chain`, `fields_do_not_run_into_each_other`,
//! `the_written_form_never_changes`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::timestamp::Timestamp;

/// One entry of a journal, as far as the chain is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub seq: i64,
    pub at: Timestamp,
    pub arrived: Timestamp,
    pub kind: &'a str,
    pub body: &'a str,
    /// The hash as stored.
    pub hash: &'a str,
}

/// Where a journal is not what it was when it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("entry {found} stands where entry {wanted} should; an entry was removed or added")]
    Gap { wanted: i64, found: i64 },
    #[error("entry {seq} does not match its hash; it or an entry before it was changed")]
    Changed { seq: i64 },
    #[error(
        "the journal ends at entry {found}, the ticket says {wanted}; the end was cut or added"
    )]
    End { wanted: i64, found: i64 },
}

/// The hash of an entry that follows the one with `prev_hash` (empty for the first entry).
pub fn chain(
    prev_hash: &str,
    ticket_no: &str,
    seq: i64,
    at: Timestamp,
    arrived: Timestamp,
    kind: &str,
    body: &str,
) -> String {
    let (seq, at, arrived) = (seq.to_string(), at.0.to_string(), arrived.0.to_string());
    let mut hasher = blake3::Hasher::new();
    for field in [prev_hash, ticket_no, &seq, &at, &arrived, kind, body] {
        hasher.update(field.len().to_string().as_bytes());
        hasher.update(b":");
        hasher.update(field.as_bytes());
        hasher.update(b",");
    }
    URL_SAFE_NO_PAD.encode(hasher.finalize().as_bytes())
}

/// Walks a whole journal; it must count from 1 and end at the head the ticket keeps.
pub fn verify<'a>(
    ticket_no: &str,
    entries: impl IntoIterator<Item = Entry<'a>>,
    head_seq: i64,
    head_hash: &str,
) -> Result<(), Broken> {
    let mut last = (0, "");
    for entry in entries {
        let wanted = last.0 + 1;
        if entry.seq != wanted {
            return Err(Broken::Gap { wanted, found: entry.seq });
        }
        let hash =
            chain(last.1, ticket_no, entry.seq, entry.at, entry.arrived, entry.kind, entry.body);
        if hash != entry.hash {
            return Err(Broken::Changed { seq: entry.seq });
        }
        last = (entry.seq, entry.hash);
    }
    if last != (head_seq, head_hash) {
        return Err(Broken::End { wanted: head_seq, found: last.0 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Line {
        seq: i64,
        at: i64,
        kind: &'static str,
        body: &'static str,
        hash: String,
    }

    fn journal() -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for (seq, at, kind, body) in [
            (1, 10, "received", "{}"),
            (2, 20, "dispatched", "{\"unit\":\"a\"}"),
            (3, 30, "closed", "{}"),
        ] {
            let prev = lines.last().map_or("", |line| line.hash.as_str());
            let hash = chain(prev, "W1", seq, Timestamp(at), Timestamp(at), kind, body);
            lines.push(Line { seq, at, kind, body, hash });
        }
        lines
    }

    fn check(lines: &[Line], head: (i64, &str)) -> Result<(), Broken> {
        let entries = lines.iter().map(|line| Entry {
            seq: line.seq,
            at: Timestamp(line.at),
            arrived: Timestamp(line.at),
            kind: line.kind,
            body: line.body,
            hash: &line.hash,
        });
        verify("W1", entries, head.0, head.1)
    }

    #[test]
    fn any_change_breaks_the_chain() {
        type Change = fn(&mut Vec<Line>);
        #[rustfmt::skip]
        let table: [(&str, Change, Result<(), Broken>); 8] = [
            ("untouched",        |_| (),                                   Ok(())),
            ("body changed",     |lines| lines[1].body = "{}",             Err(Broken::Changed { seq: 2 })),
            ("kind changed",     |lines| lines[0].kind = "registered",     Err(Broken::Changed { seq: 1 })),
            ("time changed",     |lines| lines[2].at = 31,                 Err(Broken::Changed { seq: 3 })),
            ("hash changed",     |lines| lines[0].hash = "x".into(),       Err(Broken::Changed { seq: 1 })),
            ("middle removed",   |lines| _ = lines.remove(1),              Err(Broken::Gap { wanted: 2, found: 3 })),
            ("end cut",          |lines| _ = lines.pop(),                  Err(Broken::End { wanted: 3, found: 2 })),
            ("emptied",          Vec::clear,                               Err(Broken::End { wanted: 3, found: 0 })),
        ];
        let head = journal().pop().expect("the journal has three lines").hash;
        for (name, change, want) in table {
            let mut lines = journal();
            change(&mut lines);
            assert_eq!(check(&lines, (3, &head)), want, "{name}");
        }
        assert_eq!(check(&[], (0, "")), Ok(()), "a ticket without a journal");
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let hash =
            |ticket, kind, body| chain("", ticket, 1, Timestamp(1), Timestamp(1), kind, body);
        assert_ne!(hash("W1", "a", "bc"), hash("W1", "ab", "c"));
        assert_ne!(hash("W1", "a,1:b", "c"), hash("W1", "a", "b,c"));
    }

    #[test]
    fn the_written_form_never_changes() {
        let hash = chain("", "工单1", 1, Timestamp(1000), Timestamp(2000), "received", "{}");
        let want = blake3::hash("0:,7:工单1,1:1,4:1000,4:2000,8:received,2:{},".as_bytes());
        assert_eq!(hash, URL_SAFE_NO_PAD.encode(want.as_bytes()));
        insta::assert_snapshot!(hash, @"gWxvFJUvjrME0l9DhtDbIxV0xFOPtTxXqdcRpZzZkeY");
    }
}
