//! From a page of HTML to PDF, by a browser without a window.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// Browsers that print, in the order they are looked for on `PATH`.
pub const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "chrome", "chrome-headless-shell"];
/// Longer than this no page takes; a browser that hangs is ended.
const PRINT_TIMEOUT: Duration = Duration::from_mins(1);
/// Letters of a browser's complaint that are worth repeating.
const COMPLAINT_CHARS_MAX: usize = 400;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error(
        "there is no browser to print with: none of {} is on PATH; install `chromium`, or print the `--html` page with any browser",
        BROWSERS.join(", ")
    )]
    NoBrowser,
    #[error("cannot write {}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{} does not start: {source}", browser.display())]
    Start { browser: PathBuf, source: std::io::Error },
    #[error("{} printed nothing: {said}", browser.display())]
    Nothing { browser: PathBuf, said: String },
    #[error("{} did not print within {PRINT_TIMEOUT:?}", browser.display())]
    Slow { browser: PathBuf },
}

/// The browser to print with: the one named, else the first on `path` (`PATH`).
pub fn browser(named: Option<&Path>, path: Option<&std::ffi::OsStr>) -> Result<PathBuf, PdfError> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let folders: Vec<PathBuf> =
        path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    let found = BROWSERS.iter().find_map(|name| {
        folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file())
    });
    found.ok_or(PdfError::NoBrowser)
}

/// Prints a page into a PDF file. Blocks until the browser is done.
pub fn print(browser: &Path, html: &str, pdf: &Path) -> Result<(), PdfError> {
    let folder = scratch(pdf);
    let of_file = |path: &Path| {
        let path = path.to_owned();
        move |source| PdfError::File { path, source }
    };
    fs::create_dir_all(&folder).map_err(of_file(&folder))?;
    let printed = in_folder(browser, html, &folder)
        .and_then(|made| fs::copy(made, pdf).map(drop).map_err(of_file(pdf)));
    // What cannot be removed is a little rubbish beside the document; the PDF matters more.
    let _ = fs::remove_dir_all(&folder);
    printed
}

/// A folder beside the PDF, for the page and the profile of the browser.
fn scratch(pdf: &Path) -> PathBuf {
    let name = pdf.file_name().unwrap_or_default().to_string_lossy();
    let folder = pdf.with_file_name(format!(".{name}.{}", std::process::id()));
    std::path::absolute(&folder).unwrap_or(folder)
}

fn in_folder(browser: &Path, html: &str, folder: &Path) -> Result<PathBuf, PdfError> {
    let (page, pdf) = (folder.join("slip.html"), folder.join("slip.pdf"));
    fs::write(&page, html).map_err(|source| PdfError::File { path: page.clone(), source })?;
    let start = |source| PdfError::Start { browser: browser.to_owned(), source };
    let mut child = Command::new(browser)
        .args(["--headless", "--disable-gpu", "--no-sandbox", "--disable-dev-shm-usage"])
        .args(["--no-pdf-header-footer", "--no-first-run", "--disable-extensions"])
        // The page is our own and names no other; nothing is fetched.
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    let said = said_until_end(&mut child);
    if said.is_none() {
        // It may have ended by itself just now, which is as good.
        let _ = child.kill();
    }
    child.wait().map_err(start)?;
    match said {
        None => Err(PdfError::Slow { browser: browser.to_owned() }),
        Some(_) if pdf.is_file() => Ok(pdf),
        Some(said) => {
            let said = said.trim().chars().take(COMPLAINT_CHARS_MAX).collect();
            Err(PdfError::Nothing { browser: browser.to_owned(), said })
        }
    }
}

/// What the browser complains of until it ends; `None` if it does not end in time.
fn said_until_end(child: &mut Child) -> Option<String> {
    let mut stderr = child.stderr.take()?;
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut said = Vec::new();
        // A complaint that cannot be read is no complaint; the file tells whether it printed.
        let _ = stderr.read_to_end(&mut said);
        let _ = done.send(String::from_utf8_lossy(&said).into_owned());
    });
    ended.recv_timeout(PRINT_TIMEOUT).ok()
}
