//! One set made of another: the files of a set over those of the set it `extends`.
//!
//! What the upper set defines replaces what the lower one calls the same; the rest is
//! added, before what the lower set lists, so that its own policies win a draw. `drop`
//! takes things away. A section (`[calendar]`, `[quiet]`) is replaced as a whole.
//!
//! Invariants, each a test of the same name in policies/tests.rs:
//! * `a_set_over_another_replaces_adds_and_drops`
//! * `complaints_point_into_the_file_of_their_layer`

use std::collections::{BTreeMap, BTreeSet};

use super::{complaint::Complaint, complaint::Severity, section::Section, set, suggest::nearest};

/// Lists whose entries have an `id`, with the word `drop` uses for one of them.
const LISTS: [&str; 7] = ["policy", "ladder", "trigger", "flag", "schedule", "campaign", "stage"];
/// Tables whose keys are names, with the word `drop` uses for one of them.
const TABLES: [(&str, &str); 3] = [("slip", "slips"), ("role", "roles"), ("pause", "pauses")];

/// The root tables of all files, by layer: 0 is the set itself, 1 the set it extends.
#[derive(Debug)]
pub struct Layers<'a> {
    roots: Vec<(usize, Section<'a>)>,
    /// Per layer: what it takes away, by list or table.
    dropped: BTreeMap<usize, BTreeSet<(&'static str, String)>>,
}

impl<'a> Layers<'a> {
    /// Roots of the files of each layer, the upper layer first.
    pub fn new(mut roots: Vec<(usize, Section<'a>)>) -> Self {
        roots.sort_by_key(|(layer, _)| *layer);
        let heads: Vec<usize> = roots
            .iter()
            .enumerate()
            .filter(|(_, (_, root))| root.own("schema").is_some())
            .map(|(place, _)| place)
            .collect();
        for pair in heads.windows(2).rev() {
            let (upper, lower) = roots.split_at_mut(pair[1]);
            if upper[pair[0]].0 < lower[0].0 {
                upper[pair[0]].1.stand_on(&lower[0].1);
            }
        }
        let mut layers = Self { roots, dropped: BTreeMap::new() };
        layers.dropped = layers.read_drops();
        layers
    }

    /// The head of the set itself; what it does not say the head below it does.
    pub fn head(&self) -> Option<&Section<'a>> {
        self.of_layer(0).find(|root| root.own("schema").is_some())
    }

    /// Complains where the set over another has no name or version of its own.
    pub fn check_head(&self, label: &str) -> Option<Complaint> {
        let Some(head) = self.head() else {
            let message = format!("no file here says `schema = \"{}\"`", set::SCHEMA);
            return Some(Complaint::about(Severity::Error, label, message));
        };
        for key in ["id", "version"] {
            if head.own(key).is_none() && head.get(key).is_some() {
                head.complain(format!("the set extends another and needs its own `{key}`"));
            }
        }
        head.own("extends");
        None
    }

    fn of_layer(&self, layer: usize) -> impl Iterator<Item = &Section<'a>> {
        self.roots.iter().filter(move |(of, _)| *of == layer).map(|(_, root)| root)
    }

    fn depth(&self) -> usize {
        self.roots.last().map_or(0, |(layer, _)| layer + 1)
    }

    fn drops(&self, layer: usize, key: &str, id: &str) -> bool {
        let dropped = self.dropped.get(&layer).into_iter().flatten();
        dropped.into_iter().any(|(of, name)| *of == key && name == id)
    }

    /// The tables of a name, lower layers first, without the entries an upper layer replaces or drops.
    pub fn tables(&self, key: &'static str) -> Vec<Section<'a>> {
        let mut hidden: BTreeSet<String> = BTreeSet::new();
        let mut tables = Vec::new();
        for layer in 0..self.depth() {
            let of_layer: Vec<Section<'a>> = self
                .of_layer(layer)
                .filter_map(|root| root.own(key)?.section(format!("[{key}]")))
                .collect();
            let mut names = BTreeSet::new();
            for mut table in of_layer.into_iter().rev() {
                names.extend(table.entries().map(|item| item.key().to_owned()));
                table.hide(&hidden);
                tables.push(table);
            }
            hidden.extend(names);
            let dropped = self.dropped.get(&layer).into_iter().flatten();
            hidden.extend(dropped.filter(|(of, _)| *of == key).map(|(_, name)| name.clone()));
        }
        tables.reverse();
        tables
    }

    /// The entries of a list, each replaced by the one of the same `id` above it.
    pub fn lists(&self, key: &'static str) -> Vec<Section<'a>> {
        let mut whole: Vec<(usize, Option<String>, Section<'a>)> = Vec::new();
        for layer in (0..self.depth()).rev() {
            whole.retain(|(_, id, _)| !id.as_ref().is_some_and(|id| self.drops(layer, key, id)));
            let items = self.of_layer(layer).filter_map(|root| root.own(key)?.list()).flatten();
            let mut added = Vec::new();
            for section in items.filter_map(|item| item.section(format!("this {key}"))) {
                let id = section
                    .entries()
                    .find(|item| item.key() == "id")
                    .and_then(|item| item.raw().as_str().map(str::to_owned));
                let below = whole
                    .iter()
                    .position(|(of, known, _)| id.is_some() && *known == id && *of > layer);
                match below {
                    Some(place) => whole[place] = (layer, id, section),
                    None => added.push((layer, id, section)),
                }
            }
            added.append(&mut whole);
            whole = added;
        }
        whole.into_iter().map(|(_, _, section)| section).collect()
    }

    /// The entries of a list of the set itself; what a lower set expects of itself is not its matter.
    pub fn own_lists(&self, key: &'static str) -> Vec<Section<'a>> {
        let items = self.roots.iter().filter_map(|(layer, root)| Some((*layer, root.own(key)?)));
        let items = items.filter(|(layer, _)| *layer == 0).filter_map(|(_, item)| item.list());
        items.flatten().filter_map(|item| item.section(format!("this {key}"))).collect()
    }

    /// A section there is once: the uppermost, as a whole.
    pub fn single(&self, key: &'static str) -> Option<Section<'a>> {
        let mut found = None;
        for layer in 0..self.depth() {
            let sections =
                self.of_layer(layer).filter_map(|root| root.own(key)?.section(format!("[{key}]")));
            let mut sections: Vec<Section<'a>> = sections.collect();
            for second in sections.iter().skip(1) {
                second.complain(format!("[{key}] is in two files; keep one"));
            }
            if found.is_none() && !sections.is_empty() {
                found = Some(sections.swap_remove(0));
            }
        }
        found
    }

    /// Complains about every key nobody asked for, in all files.
    pub fn finish(self) {
        for (_, root) in self.roots {
            root.finish();
        }
    }

    /// Reads `drop = ["policy.whistle", "slip.nudge"]` of every layer.
    fn read_drops(&self) -> BTreeMap<usize, BTreeSet<(&'static str, String)>> {
        let mut drops: BTreeMap<usize, BTreeSet<(&'static str, String)>> = BTreeMap::new();
        for (layer, root) in &self.roots {
            let Some(item) = root.own("drop") else { continue };
            for item in item.one_or_many() {
                let Some(text) = item.filled() else { continue };
                let known = self.names_below(*layer);
                match known.get(text) {
                    Some(place) => {
                        let id = text.split_once('.').map_or(text, |(_, id)| id).to_owned();
                        drops.entry(*layer).or_default().insert((place, id));
                    }
                    None => {
                        let near = nearest(text, known.keys().map(String::as_str));
                        item.complain_with(
                            format!("`{text}` is nothing the set below this one has"),
                            near.map_or_else(
                                || {
                                    "write kind and id like `policy.whistle` or `slip.nudge`"
                                        .to_owned()
                                },
                                |near| format!("did you mean `{near}`?"),
                            ),
                        );
                    }
                }
            }
        }
        drops
    }

    /// Everything lower layers define, as `drop` names it, with the list or table it stands in.
    fn names_below(&self, layer: usize) -> BTreeMap<String, &'static str> {
        let mut names = BTreeMap::new();
        for (_, root) in self.roots.iter().filter(|(of, _)| *of > layer) {
            for key in LISTS {
                let list = root.entries().find(|item| item.key() == key);
                let items = list.and_then(|item| item.list()).unwrap_or_default();
                for section in items.iter().filter_map(|item| item.section(key)) {
                    let id = section.entries().find(|item| item.key() == "id");
                    if let Some(id) = id.and_then(|id| id.raw().as_str().map(str::to_owned)) {
                        names.insert(format!("{key}.{id}"), key);
                    }
                }
            }
            for (word, key) in TABLES {
                let table = root.entries().find(|item| item.key() == key);
                let table = table.and_then(|item| item.section(key));
                for item in table.iter().flat_map(Section::entries) {
                    names.insert(format!("{word}.{}", item.key()), key);
                }
            }
        }
        names
    }
}
