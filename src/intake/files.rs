//! Files of events: one JSON object a line, plain, `.zst`, `.gz`, or `-` for standard input.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufRead, BufReader, Read, stdin},
    marker::PhantomData,
    path::Path,
};

use serde::de::DeserializeOwned;

use crate::core::{
    contact::{masked, without_private},
    event::Event,
};

/// Longest line read; a longer one is refused, not kept in memory.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// A line that is no event.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct BadLine {
    pub file: String,
    pub line: u64,
    pub reason: String,
    /// The line for the record of refusals, without what looks like a person's number or address.
    pub raw: String,
}

/// What one line turned out to be, with its number.
pub type Taken<T = Event> = Result<(u64, T), BadLine>;

/// Opens a file by its ending.
pub fn open(path: &Path) -> std::io::Result<Box<dyn BufRead + Send>> {
    open_metered(path, |file| Box::new(file))
}

/// Opens a file by its ending; `meter` sees the bytes as they lie on disk, for progress.
pub fn open_metered(
    path: &Path,
    meter: impl FnOnce(File) -> Box<dyn Read + Send>,
) -> std::io::Result<Box<dyn BufRead + Send>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    let file = meter(File::open(path)?);
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    Ok(match ending {
        "zst" => Box::new(BufReader::with_capacity(1 << 16, zstd::Decoder::new(file)?)),
        "gz" => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
        _ => Box::new(BufReader::with_capacity(1 << 16, file)),
    })
}

/// The lines of a file of events (or of any other objects), one at a time.
pub struct Lines<R, T = Event> {
    reader: R,
    file: String,
    line: u64,
    bytes: Vec<u8>,
    object: PhantomData<fn() -> T>,
}

impl<R: BufRead> Lines<R> {
    /// Reads events from `reader`; complaints call it `file`.
    pub fn new(reader: R, file: impl Into<String>) -> Self {
        Self::open(reader, file.into())
    }
}

impl<R: BufRead> Lines<R, serde_json::Value> {
    /// Reads objects of another system.
    pub fn objects(reader: R, file: impl Into<String>) -> Self {
        Self::open(reader, file.into())
    }
}

impl<R: BufRead, T: DeserializeOwned> Lines<R, T> {
    fn open(reader: R, file: String) -> Self {
        Self { reader, file, line: 0, bytes: Vec::new(), object: PhantomData }
    }

    /// Reads the rest of a line that is too long, without keeping it.
    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (used, found) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(used);
            if found {
                return Ok(());
            }
        }
    }

    fn bad(&self, reason: String) -> BadLine {
        let raw = match serde_json::from_slice(&self.bytes) {
            Ok(mut value) => {
                without_private(&mut value);
                value.to_string()
            }
            Err(_) => masked(&String::from_utf8_lossy(self.bytes.trim_ascii())),
        };
        BadLine { file: self.file.clone(), line: self.line, reason, raw }
    }

    fn next_line(&mut self) -> std::io::Result<Option<Taken<T>>> {
        loop {
            self.bytes.clear();
            let bounded =
                self.reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut self.bytes);
            if bounded? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.bytes.len() as u64 == LINE_BYTES_MAX && !self.bytes.ends_with(b"\n") {
                self.skip_line()?;
                return Ok(Some(Err(self.bad(format!("longer than {LINE_BYTES_MAX} bytes")))));
            }
            let text = self.bytes.trim_ascii();
            if text.is_empty() {
                continue;
            }
            return Ok(Some(match serde_json::from_slice(text) {
                Ok(event) => Ok((self.line, event)),
                // The parser quotes what it did not expect, which may be a number of a person.
                Err(error) => Err(self.bad(masked(&error.to_string()))),
            }));
        }
    }
}

impl<R: BufRead, T: DeserializeOwned> Iterator for Lines<R, T> {
    type Item = std::io::Result<Taken<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_line().transpose()
    }
}

/// Reads every line of a file of events; bad lines go to `bad` and reading goes on.
pub fn read(
    path: &Path,
    mut good: impl FnMut(u64, Event),
    mut bad: impl FnMut(BadLine),
) -> std::io::Result<()> {
    for taken in Lines::new(open(path)?, path.display().to_string()) {
        match taken? {
            Ok((line, event)) => good(line, event),
            Err(line) => bad(line),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_told_and_reading_goes_on() {
        let long = "x".repeat(LINE_BYTES_MAX as usize + 10);
        let text = format!(
            "{long}\n\n{{\"ticket\":\"W1\",\"event\":\"received\",\"at\":\"2026-05-07T09:12:00+08:00\"}}\n\
             {{\"ticket\":\"W1\",\"event\":\"received\",\"phone\":\"13800138000\"}}\n\
             {{\"ticket\":13800138000}}\n"
        );
        let taken: Vec<String> = Lines::new(text.as_bytes(), "f.jsonl")
            .map(|taken| match taken.expect("memory can be read") {
                Ok((line, event)) => format!("{line} {}", event.ticket),
                Err(bad) => format!("{bad} | {}", &bad.raw[..bad.raw.len().min(40)]),
            })
            .collect();
        insta::assert_snapshot!(taken.join("\n"), @r#"
        f.jsonl:1: longer than 1048576 bytes | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        3 W1
        f.jsonl:4: `at` is missing at line 1 column 56 | {"ticket":"W1","event":"received"}
        f.jsonl:5: invalid type: integer `***`, expected a string at line 1 column 21 | {"ticket":13800138000}
        "#);
    }
}
