//! One seed: a city, its nodes and everything that goes wrong, from the first event to the end.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::poll_fn,
    sync::Arc,
    task::Poll,
};

use duban::{
    channel::back::{Delivery, Receipt, Word},
    config::Config,
    core::timestamp::Timestamp,
    intake::canon::canonical,
    store::{Moment, Store},
};

use crate::{
    chance::Chance,
    checks,
    gate::{Boundary, Verdict},
    node::{self, Done, Job, LOOPS, Node, Run, Said},
    post::{Post, Taken},
    rules::Versions,
    script::{DAY, HOUR, Plain, START, Script, Size},
    weather::{Fortune, Weather},
};

/// Steps of one instant after which the city will not come to rest.
const STEPS_MAX: usize = 200_000;
/// A sender that was held up for longer hands nothing over any more, milliseconds.
const SEND_TIMEOUT: i64 = 90_000;
/// Lines of the trace that are shown.
const TRACE: usize = 60;

/// What a seed came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub ticket_days: i64,
    pub slips: usize,
    pub letters: usize,
    pub repeated: usize,
    pub crashes: usize,
    pub failures: usize,
    /// Of everything that happened, in order.
    pub fingerprint: u64,
}

impl std::ops::Add for Summary {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            ticket_days: self.ticket_days + other.ticket_days,
            slips: self.slips + other.slips,
            letters: self.letters + other.letters,
            repeated: self.repeated + other.repeated,
            crashes: self.crashes + other.crashes,
            failures: self.failures + other.failures,
            fingerprint: self.fingerprint ^ other.fingerprint,
        }
    }
}

/// Where a node is.
enum Place {
    Up(Box<Node>),
    /// Until then.
    Down(i64),
}

struct Standing {
    place: Place,
    /// What its clock is ahead of the true time, milliseconds.
    skew: i64,
    /// It rests after an error until then.
    rests: i64,
    dirty: BTreeSet<Job>,
    runs: Vec<Run>,
    version: usize,
}

impl Standing {
    /// Whether its engine found nothing more to decide at `now`.
    fn has_looked(&self, now: i64) -> bool {
        matches!(self.place, Place::Up(_))
            && self.skew >= 0
            && self.rests <= now
            && !self.dirty.contains(&Job::Engine)
            && self.runs.iter().all(|run| run.job != Job::Engine)
    }
}

pub struct World<'v> {
    pub store: Store,
    pub post: Arc<Post>,
    pub plain: BTreeMap<String, Plain>,
    versions: &'v Versions,
    config: Arc<Config>,
    chance: Chance,
    weather: Weather,
    script: Script,
    nodes: Vec<Standing>,
    now: i64,
    inbox: VecDeque<Said>,
    /// Receipts and words under way, by arrival.
    back: BTreeMap<(i64, usize), Said>,
    letters_seen: usize,
    full_until: i64,
    /// Instants after which a node with a true clock had nothing left to decide.
    pub looked: Vec<i64>,
    /// Withdrawn tickets and residents who want nothing more, since when duban knows.
    over: BTreeMap<String, i64>,
    /// Those who become so when somebody has looked.
    ending: Vec<String>,
    trace: VecDeque<String>,
    summary: Summary,
}

/// Lives through a seed; what is wrong comes with the end of its trace.
pub async fn live(seed: u64, size: Size, versions: &Versions) -> Result<Summary, String> {
    let mut world = World::found(seed, size, versions).await;
    world.live().await.map_err(|wrong| {
        let trace: Vec<&str> = world.trace.iter().map(String::as_str).collect();
        format!("seed {seed}: {wrong}\n{:?}\n{}", world.weather, trace.join("\n"))
    })
}

impl<'v> World<'v> {
    async fn found(seed: u64, size: Size, versions: &'v Versions) -> Self {
        let mut chance = Chance::of(seed);
        let weather = Weather::of(&mut chance);
        let script = Script::write(size, &mut chance);
        let store = Store::open("sqlite::memory:").await.expect("memory opens");
        store.migrate().await.expect("it migrates");
        let summary = Summary { ticket_days: script.ticket_days, ..Summary::default() };
        let down = |_| Standing {
            place: Place::Down(START),
            skew: 0,
            rests: START,
            dirty: BTreeSet::new(),
            runs: Vec::new(),
            version: 0,
        };
        Self {
            post: Arc::default(),
            plain: script.plain.clone(),
            config: node::configuration(),
            nodes: (0..weather.nodes).map(down).collect(),
            inbox: VecDeque::new(),
            back: BTreeMap::new(),
            trace: VecDeque::new(),
            letters_seen: 0,
            full_until: 0,
            looked: Vec::new(),
            over: BTreeMap::new(),
            ending: Vec::new(),
            now: START,
            store,
            versions,
            chance,
            weather,
            script,
            summary,
        }
    }

    async fn live(&mut self) -> Result<Summary, String> {
        let mut instants = 0_usize;
        while let Some(next) = self.next().await.filter(|next| *next <= self.script.end) {
            self.now = next;
            self.change_the_weather();
            self.instant().await?;
            instants += 1;
            if instants.is_multiple_of(200) && self.is_calm() {
                let some = self.chance.below(self.script.tickets);
                checks::some(self, some, Timestamp(self.now)).await?;
            }
        }
        self.heal().await?;
        checks::all(self, Timestamp(self.now)).await?;
        let times = self.post.times();
        self.summary.letters = times.values().sum();
        self.summary.repeated = times.values().filter(|times| **times > 1).count();
        self.summary.slips = checks::slips(self).await;
        Ok(self.summary)
    }

    /// All nodes come back, all clocks are right, nothing fails: until nothing is left to do.
    async fn heal(&mut self) -> Result<(), String> {
        self.weather.clear_up();
        self.weather.grain = 0;
        self.full_until = 0;
        self.now = self.now.max(self.script.end);
        for standing in &mut self.nodes {
            standing.skew = 0;
            standing.rests = self.now;
            if let Place::Down(until) = &mut standing.place {
                *until = (*until).min(self.now);
            }
        }
        let last = self.now + 3 * DAY;
        self.instant().await?;
        while let Some(next) = self.next().await.filter(|next| *next <= last) {
            self.now = next;
            self.instant().await?;
        }
        Ok(())
    }

    fn is_calm(&self) -> bool {
        let calm = |one: &Standing| {
            matches!(one.place, Place::Up(_))
                && one.skew == 0
                && one.runs.is_empty()
                && one.rests <= self.now
        };
        self.nodes.iter().all(calm) && self.inbox.is_empty() && self.full_until <= self.now
    }

    /// When something is to be done next.
    async fn next(&self) -> Option<i64> {
        let look = self.store.next_look().await.expect("the store answers");
        let offer = self.store.next_offer().await.expect("the store answers");
        let receipt = self.store.next_receipt_due().await.expect("the store answers");
        let stored = [look, offer, receipt].into_iter().flatten().map(|at| at.0);
        let coming = self.script.coming.last().map(|coming| coming.arrives);
        let back = self.back.keys().next().map(|(at, _)| *at);
        let nodes = self.nodes.iter().flat_map(|one| {
            let returns = match one.place {
                Place::Down(until) => Some(until),
                Place::Up(_) => None,
            };
            [returns, (one.rests > self.now).then_some(one.rests)].into_iter().flatten()
        });
        let mut next = stored.chain(coming).chain(back).chain(nodes).min()?;
        if self.nodes.iter().any(|one| !one.runs.is_empty()) {
            next = next.min(self.now + 1_000);
        }
        // What is due and was not done waits for a node whose clock is behind, or that is away.
        Some(
            if next <= self.now { self.now + 30_000 } else { next }
                .max(self.now + self.weather.grain),
        )
    }

    fn change_the_weather(&mut self) {
        let now = self.now;
        if self.chance.once_in(self.weather.full) {
            self.full_until = now + self.chance.ms(2 * HOUR);
            self.tell(|| "the disk is full".to_owned());
        }
        for index in 0..self.nodes.len() {
            if self.chance.once_in(self.weather.jumps) {
                // Leases hold as long as the clocks of nodes agree to within one; alone, a clock may jump as it likes.
                let most = if self.nodes.len() == 1 { 2 * HOUR } else { 60_000 };
                let is_right = self.nodes[index].skew == 0;
                let skew = if is_right { self.chance.ms(2 * most) - most } else { 0 };
                self.nodes[index].skew = skew;
                self.tell(|| format!("the clock of node {index} is {skew} ms ahead"));
            }
            if self.weather.reloads && self.chance.once_in(100) {
                self.nodes[index].version = 1 - self.nodes[index].version;
                self.nodes[index].dirty.extend(LOOPS);
                // The next start of the node, or the reload below, takes it.
                if let Place::Up(_) = self.nodes[index].place {
                    self.crash(index, "is told to start again with other policies", 0);
                }
            }
        }
    }

    fn tell(&mut self, line: impl FnOnce() -> String) {
        let line = format!("{} {}", Timestamp(self.now), line());
        let hash = blake3::hash(line.as_bytes());
        let bytes: [u8; 8] = hash.as_bytes()[..8].try_into().expect("eight bytes");
        self.summary.fingerprint =
            self.summary.fingerprint.rotate_left(1) ^ u64::from_le_bytes(bytes);
        if self.trace.len() == TRACE {
            self.trace.pop_front();
        }
        self.trace.push_back(line);
    }

    /// Everything that happens at `now`.
    async fn instant(&mut self) -> Result<(), String> {
        self.wake().await;
        self.hear();
        self.rouse().await;
        for _ in 0..STEPS_MAX {
            self.receive()?;
            if !self.step().await? {
                if self.nodes.iter().any(|standing| standing.has_looked(self.now)) {
                    self.looked.push(self.now);
                    for over in std::mem::take(&mut self.ending) {
                        self.over.entry(over).or_insert(self.now);
                    }
                }
                return Ok(());
            }
            if let Some(wrong) = self.post.wrong().into_iter().next() {
                return Err(wrong);
            }
        }
        Err(format!("the city does not come to rest at {}", Timestamp(self.now)))
    }

    /// Every loop whose time has come wakes, as in the daemon; and now and then one without a reason.
    async fn rouse(&mut self) {
        let look = self.store.next_look().await.expect("the store answers");
        let offer = self.store.next_offer().await.expect("the store answers");
        let receipt = self.store.next_receipt_due().await.expect("the store answers");
        for index in 0..self.nodes.len() {
            let poll = self.chance.once_in(500);
            let standing = &mut self.nodes[index];
            let now = Timestamp(self.now + standing.skew);
            let due = |at: Option<Timestamp>| poll || at.is_some_and(|at| at <= now);
            let wakes = [
                (Job::Engine, due(look)),
                (Job::Dispatch, due(offer)),
                (Job::Fallback, due(receipt)),
            ];
            standing.dirty.extend(wakes.into_iter().filter(|(_, due)| *due).map(|(job, _)| job));
            if poll {
                standing.dirty.insert(Job::Schedules);
            }
        }
    }

    /// Nodes whose time has come start.
    async fn wake(&mut self) {
        for index in 0..self.nodes.len() {
            let Place::Down(until) = self.nodes[index].place else { continue };
            if until > self.now {
                continue;
            }
            let version = self.nodes[index].version;
            let rules = self.versions.in_force(version, &self.store, Timestamp(self.now)).await;
            let node =
                Node::start(&self.store, rules, &self.config, &self.post, self.weather.batch);
            self.nodes[index].place = Place::Up(Box::new(node));
            self.tell(|| format!("node {index} starts with version {}", version + 1));
        }
    }

    /// What arrives now is put where a node will take it.
    fn hear(&mut self) {
        let key = node::key();
        while self.script.coming.last().is_some_and(|coming| coming.arrives <= self.now) {
            let coming = self.script.coming.pop().expect("there is a last one");
            let at = Timestamp(self.now);
            let name = format!("{} {}", coming.event.ticket, coming.event.kind.name());
            match canonical(coming.event, &key, at) {
                Ok(entry) => self.inbox.push_back(Said::Events(vec![entry])),
                Err(refusal) => self.tell(|| format!("{name} is refused: {refusal}")),
            }
        }
        while let Some(entry) = self.back.first_entry().filter(|entry| entry.key().0 <= self.now) {
            self.inbox.push_back(entry.remove());
        }
    }

    /// Providers and residents think about what has reached them.
    fn receive(&mut self) -> Result<(), String> {
        let letters = self.post.since(self.letters_seen);
        self.letters_seen += letters.len();
        for letter in letters {
            self.tell(|| {
                format!("{} {} leaves by {}", letter.ticket, letter.template, letter.channel)
            });
            self.has_a_reason(&letter)?;
            self.receipt(&letter);
            if letter.asks && letter.template.starts_with("resident.") && self.chance.once_in(6_000)
            {
                self.word(&letter);
            }
        }
        Ok(())
    }

    /// Nobody hears any more of what was known to be over when the instant began.
    fn has_a_reason(&self, letter: &Taken) -> Result<(), String> {
        let whom =
            if letter.template.starts_with("resident.") { &letter.to } else { &letter.ticket };
        let is_news = letter.template == "staff.withdrawn";
        match self.over.get(whom) {
            Some(since) if *since < self.now - SEND_TIMEOUT && !is_news => Err(format!(
                "{} of {} left though it had no reason since {}",
                letter.template,
                letter.ticket,
                Timestamp(*since)
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn receipt(&mut self, letter: &Taken) {
        let delivery = match self.chance.below(10) {
            0 => return, // none ever comes
            1 => Delivery::Failed,
            _ => Delivery::Delivered,
        };
        let receipt =
            Receipt { id: letter.id.clone(), to: None, delivery, code: String::new(), at: None };
        let said = Said::Receipts(vec![(letter.channel.to_owned(), receipt)]);
        let times = if self.chance.once_in(1_000) { 2 } else { 1 };
        for _ in 0..times {
            // Some are there before the answer to the letter was.
            let late = *self.chance.one_of(&[0, 0, 60_000, 2 * HOUR]);
            self.bring(late, said.clone());
        }
    }

    fn word(&mut self, letter: &Taken) {
        let text = (*self.chance.one_of(&["1", "2", "3", "4", "STOP", "what?"])).to_owned();
        let stranger = self.chance.once_in(500);
        let from = if stranger { "+12125569999".to_owned() } else { letter.to.clone() };
        let id = format!("w{}", letter.id);
        let late = self.chance.ms(2 * DAY);
        let word = Word { id, from, text };
        self.bring(late, Said::Word(word.clone()));
        if self.chance.once_in(1_000) {
            self.bring(late + HOUR, Said::Word(word));
        }
    }

    fn bring(&mut self, late: i64, said: Said) {
        let at = self.now + late;
        if at == self.now {
            self.inbox.push_back(said);
        } else {
            let place = self.back.len() + self.letters_seen * 4;
            self.back.insert((at, place), said);
        }
    }

    /// One step of somebody; false if nobody has anything to do at this instant.
    async fn step(&mut self) -> Result<bool, String> {
        let mut choices = Vec::new();
        for (index, standing) in self.nodes.iter().enumerate() {
            if !matches!(standing.place, Place::Up(_)) {
                continue;
            }
            for (place, run) in standing.runs.iter().enumerate() {
                if run.rests == 0 {
                    choices.push(Choice::Move { index, place });
                }
            }
            let is_free = |job: Job| standing.runs.iter().all(|run| run.job != job);
            if standing.rests <= self.now {
                for job in standing.dirty.iter().filter(|job| is_free(**job)) {
                    choices.push(Choice::Begin { index, job: *job });
                }
            }
            if !self.inbox.is_empty() && is_free(Job::Intake) && standing.rests <= self.now {
                choices.push(Choice::Begin { index, job: Job::Intake });
            }
        }
        for standing in &mut self.nodes {
            for run in &mut standing.runs {
                run.rests = run.rests.saturating_sub(1);
            }
        }
        if choices.is_empty() {
            return Ok(false);
        }
        match *self.chance.one_of(&choices) {
            Choice::Begin { index, job } => self.begin(index, job),
            Choice::Move { index, place } => self.advance(index, place).await?,
        }
        Ok(true)
    }

    fn begin(&mut self, index: usize, job: Job) {
        let said = if job == Job::Intake { self.inbox.pop_front() } else { None };
        let standing = &mut self.nodes[index];
        let now = Timestamp(self.now + standing.skew);
        let Place::Up(node) = &standing.place else { return };
        standing.dirty.remove(&job);
        let run = node.run(job, said, now, self.now);
        standing.runs.push(run);
    }

    /// Lets a run go on to its next boundary, or decides what happens to it at the one it stands at.
    /// Before a commit it holds the writer: there nobody else may come in between.
    async fn advance(&mut self, index: usize, place: usize) -> Result<(), String> {
        if let Some(boundary) = self.nodes[index].runs[place].gate.at() {
            self.meet(index, place, boundary);
            return Ok(());
        }
        loop {
            let run = &mut self.nodes[index].runs[place];
            let arrived = poll_fn(|context| match run.future.as_mut().poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if run.gate.at().is_some() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            if let Some(done) = arrived.await {
                return self.end(index, place, done);
            }
            let lives = |standing: &Standing| matches!(standing.place, Place::Up(_));
            match self.nodes[index].runs[place].gate.at() {
                Some(boundary @ Boundary::Store(Moment::Commit)) => {
                    self.meet(index, place, boundary);
                    if !lives(&self.nodes[index]) {
                        return Ok(());
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn meet(&mut self, index: usize, place: usize, boundary: Boundary) {
        let is_full = self.now < self.full_until;
        let Run { job, began, .. } = self.nodes[index].runs[place];
        if boundary == Boundary::Send && self.now - began > SEND_TIMEOUT {
            // The daemon measures this by a clock that the simulation does not have.
            self.nodes[index].runs[place].gate.open(Verdict::Fail);
            return;
        }
        match self.weather.at(boundary, is_full, &mut self.chance) {
            Fortune::GoesOn(verdict) => {
                if verdict != Verdict::Go {
                    self.summary.failures += 1;
                    self.tell(|| format!("node {index} {job:?} at {boundary:?}: {verdict:?}"));
                }
                self.nodes[index].runs[place].gate.open(verdict);
            }
            Fortune::Stops(steps) => {
                self.tell(|| format!("node {index} {job:?} stops at {boundary:?}"));
                self.nodes[index].runs[place].rests = steps;
            }
            Fortune::Dies => {
                let away = self.chance.ms(self.weather.away);
                self.crash(index, &format!("dies in {job:?} at {boundary:?}"), away);
            }
        }
    }

    fn crash(&mut self, index: usize, how: &str, away: i64) {
        self.summary.crashes += 1;
        self.tell(|| format!("node {index} {how}"));
        let standing = &mut self.nodes[index];
        // Nobody was told yes: it is said again.
        let unheard = standing.runs.drain(..).filter_map(|run| run.said);
        self.inbox.extend(unheard);
        standing.place = Place::Down(self.now + away);
    }

    fn end(&mut self, index: usize, place: usize, done: Done) -> Result<(), String> {
        let run = self.nodes[index].runs.swap_remove(place);
        let job = run.job;
        match done {
            Done::Idle => {}
            Done::Busy => {
                self.tell(|| format!("node {index} {job:?} is done"));
                // Other tickets may be opened again.
                let ends = run.said.and_then(|said| said.ends());
                let is_for_good =
                    |whom: &String| whom.starts_with('+') || self.plain.contains_key(whom);
                self.ending.extend(ends.filter(is_for_good));
                // A knock wakes everybody whom it concerns; some get lost on the way to other nodes.
                let wakes: &[Job] = match job {
                    Job::Engine => &[Job::Engine, Job::Dispatch],
                    Job::Dispatch => &[Job::Dispatch, Job::Engine],
                    Job::Fallback => &[Job::Fallback, Job::Dispatch, Job::Engine],
                    Job::Schedules => &LOOPS,
                    Job::Intake => &[Job::Engine, Job::Fallback],
                };
                for other in 0..self.nodes.len() {
                    if other == index || self.chance.once_in(3_000) {
                        self.nodes[other].dirty.extend(wakes);
                    }
                }
            }
            Done::Failed => {
                self.nodes[index].dirty.insert(job);
                self.nodes[index].dirty.remove(&Job::Intake);
                self.nodes[index].rests = self.now + 1_000;
                self.inbox.extend(run.said);
            }
            Done::Broken(why) => return Err(format!("node {index} {job:?}: {why}")),
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Choice {
    Begin { index: usize, job: Job },
    Move { index: usize, place: usize },
}

impl World<'_> {
    /// Rules that know every set, for whoever reads journals.
    pub async fn rules(&self, now: Timestamp) -> Arc<duban::rules::Rules> {
        self.versions.in_force(0, &self.store, now).await
    }
}
