//! Stories: what a hotline lives through, told in a small language and told again here on both
//! databases, in virtual time, with phones that fail on a message nobody expected.
//!
//! The language is on one page: tests/stories/README.md. `DUBAN_STORY=part-of-a-name` tells only
//! some; `DUBAN_STORY_PRINT=1` also prints what they did.

mod base;
mod expectation;
mod ground;
mod judge;
mod language;
mod mechanisms;
mod numbers;
mod phones;
#[path = "../common/postgres.rs"]
mod postgres;
mod script;
mod seen;
mod standing;
mod telling;
mod town;
mod value;
mod words;

use std::{
    fmt::Write as _,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Mutex,
};

use ground::Ground;
use language::Story;

/// Stories told at the same time.
const WORKERS: usize = 4;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories")
}

/// Those `DUBAN_STORY` asks for, else all.
fn files() -> Vec<PathBuf> {
    let wanted = std::env::var("DUBAN_STORY").unwrap_or_default();
    let mut files = all_files();
    files.retain(|path| name(path).contains(&wanted));
    assert!(!files.is_empty(), "no story has `{wanted}` in its name");
    files
}

/// Every story file.
fn all_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the folder of this file")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "story"))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read(file: &Path) -> Result<Story, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let shown = Path::new("tests/stories").join(name(file));
    Story::parse(&shown, &text)
        .map_err(|wrong| format!("{}:{}: {}", shown.display(), wrong.line, wrong.why))
}

#[test]
fn every_story_is_true() {
    let files = files();
    let waiting = Mutex::new(files.iter());
    let broken = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS.min(files.len()) {
            scope.spawn(|| {
                let mut worker = Worker::new();
                while let Some(file) = {
                    let mut waiting = waiting.lock().expect("nobody panics with the lock");
                    waiting.next()
                } {
                    let said = worker.tell(file);
                    broken.lock().expect("nobody panics with the lock").extend(said);
                }
            });
        }
    });
    let mut broken = broken.into_inner().expect("nobody panics with the lock");
    broken.sort();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// A thread with its databases.
struct Worker {
    runtime: tokio::runtime::Runtime,
    grounds: Vec<(&'static str, Ground)>,
}

impl Worker {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let grounds = runtime.block_on(async {
            vec![("SQLite", Ground::sqlite().await), ("PostgreSQL", Ground::postgres().await)]
        });
        Self { runtime, grounds }
    }

    /// Tells a story on each database; what is wrong with it.
    fn tell(&mut self, file: &Path) -> Vec<String> {
        let story = match read(file) {
            Ok(story) => story,
            Err(error) => return vec![error],
        };
        let mut said: Vec<String> = Vec::new();
        for index in 0..self.grounds.len() {
            let (database, ground) = &mut self.grounds[index];
            let runtime = &self.runtime;
            let told =
                catch_unwind(AssertUnwindSafe(|| runtime.block_on(telling::tell(ground, &story))));
            let Ok(told) = told else {
                said.push(format!("{}: it panics on {database}, see above", story.file.display()));
                // Its databases may be in the middle of something.
                *self = Self::new();
                break;
            };
            if index == 0 && std::env::var_os("DUBAN_STORY_PRINT").is_some() {
                println!("--- {}: {}\n{}", story.file.display(), story.title, told.script);
            }
            let mut text = String::new();
            for failure in &told.failures {
                let place = story.file.display();
                writeln!(text, "{place}:{}: ({database}) {}", failure.line, failure.text)
                    .expect("a String takes every write");
            }
            if !text.is_empty() {
                said.push(text);
                break; // the other database would say the same
            }
        }
        said
    }
}
