//! Files of events: one JSON object a line, plain, `.zst`, `.gz`, or `-` for standard input.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, stdin},
    path::Path,
};

use crate::core::event::Event;

/// Longest line read; a longer one is refused, not kept in memory.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// A line that is no event.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct BadLine {
    pub file: String,
    pub line: u64,
    pub reason: String,
    /// The line as it came, for the record of refusals.
    pub raw: String,
}

/// Opens a file by its ending.
pub fn open(path: &Path) -> std::io::Result<Box<dyn BufRead + Send>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    let file = File::open(path)?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    Ok(match ending {
        "zst" => Box::new(BufReader::with_capacity(1 << 16, zstd::Decoder::new(file)?)),
        "gz" => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
        _ => Box::new(BufReader::with_capacity(1 << 16, file)),
    })
}

/// Reads every line of a file of events; bad lines go to `bad` and reading goes on.
pub fn read(
    path: &Path,
    mut good: impl FnMut(u64, Event),
    mut bad: impl FnMut(BadLine),
) -> std::io::Result<()> {
    let mut reader = open(path)?;
    let file = path.display().to_string();
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            break;
        }
        let text = bytes.trim_ascii();
        if text.is_empty() {
            continue;
        }
        match serde_json::from_slice(text) {
            Ok(event) => good(line, event),
            Err(error) => bad(BadLine {
                file: file.clone(),
                line,
                reason: error.to_string(),
                raw: String::from_utf8_lossy(text).into_owned(),
            }),
        }
    }
    Ok(())
}
