//! Events on their way in: files, importers, HTTP. Validates and writes facts, notifies nobody.

pub mod canon;
pub mod files;
pub mod import;
pub mod mapping;
pub mod queue;
