//! Whatever is written and asked for, it finds what the store in memory finds, page by page.

use mlops_core::Timestamp;
use mlops_registry::audit::Act;
use mlops_registry::search::{Filter, OrderBy, Search};
use mlops_registry::store::{Change, Commit, Key, Kind, MemoryStore, MetadataStore, Query};
use mlops_registry::tracking::View;
use serde_json::{Value, json};

use crate::need;
use crate::server::Fresh;

const NUMBERS: [f64; 8] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, 0.5, 1.0, -1.5, f64::MAX];
/// Among them such as PostgreSQL has no letter for, orders otherwise, or takes for an escape.
const TEXTS: [&str; 16] = [
    "",
    "a",
    "A",
    "b",
    "é",
    "É",
    "50%",
    "it's",
    "a_b",
    "\\",
    "a\\b",
    "\0",
    "a\0b",
    "\u{1}",
    "ab",
    "STRASSE İ",
];
const PATTERNS: [&str; 16] =
    ["", "%", "_", "a%", "_b", "%b", "a_b", "__", "É%", "é", "\\%", "a\\_", "%_%", "%'%", "i%", "%ß%"];

/// Numbers that look like any, and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn is(&mut self, in_ten: usize) -> bool {
        self.below(10) < in_ten
    }
}

/// Two stores that are to be the same.
struct Both {
    memory: MemoryStore,
    fresh: Fresh,
    random: Random,
}

/// The kinds that search has a use for.
const KINDS: [Kind; 9] = [
    Kind::Run,
    Kind::Param,
    Kind::Tag,
    Kind::Metric,
    Kind::Input,
    Kind::Experiment,
    Kind::ExperimentTag,
    Kind::Model,
    Kind::ModelTag,
];

fn at(micros: usize) -> Timestamp {
    Timestamp::from_micros(i64::try_from(micros).unwrap() * 500)
}

impl Both {
    /// A key of a kind: few, so that the same comes again.
    fn key(&mut self, kind: Kind) -> Key {
        let random = &mut self.random;
        let run = Key::from([random.one(&["a", "b"])]).and(1 + i64::try_from(random.below(12)).unwrap());
        match kind {
            Kind::Run => run,
            Kind::Param | Kind::Tag => run.and(random.one(&["p", "q r", "t"])),
            Kind::Metric => {
                let (name, step) = (random.one(&["m", "n"]), i64::try_from(random.below(3)).unwrap());
                let bits = random.one(&NUMBERS).to_bits();
                let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
                run.and(name).and(step).and(0).and(format!("{ordered:016x}"))
            }
            Kind::Input => run.and(random.one(&["d", "d/e"])).and(random.one(&["1", "1\u{2}"])),
            Kind::Experiment => Key::from([random.one(&["a", "b"])]),
            Kind::ExperimentTag => Key::from([random.one(&["a", "b"]), random.one(&["p", "t"])]),
            Kind::Model => Key::from([random.one(&["a", "B", "b"])]),
            _ => Key::from([random.one(&["a", "B"]), "", random.one(&["p", "t"])]),
        }
    }

    fn body(&mut self, kind: Kind, key: &Key) -> Value {
        let random = &mut self.random;
        let name = key.parts()[0].to_string();
        let deleted = |random: &mut Random| {
            let deletion = json!({"at": at(9), "by": "ana", "purged": random.is(3)});
            if random.is(3) { deletion } else { Value::Null }
        };
        match kind {
            Kind::Run => json!({
                "id": key.to_string(), "name": random.one(&["x", "X y", "é"]), "status": "running",
                "started_by": "ana", "started_at": at(random.below(5)),
                "ended_at": random.is(5).then(|| at(random.below(5))), "deleted": deleted(random),
            }),
            Kind::Experiment => json!({
                "name": name, "created_by": "ana", "created_at": at(random.below(3)), "deleted": deleted(random),
            }),
            Kind::Model => json!({
                "name": name, "created_by": "ana", "created_at": at(random.below(3)),
                "versions": 0, "evidence": 0, "requests": 0, "promotions": 0,
            }),
            Kind::Input => {
                json!({"contexts": (0..random.below(3)).map(|_| random.one(&TEXTS)).collect::<Vec<_>>()})
            }
            Kind::Metric => json!({}),
            _ => json!({"value": random.one(&TEXTS)}),
        }
    }

    /// One commit that writes and removes some records.
    fn change(&mut self) {
        let mut changes: Vec<Change> = Vec::new();
        for _ in 0..=self.random.below(30) {
            let kind = self.random.one(&KINDS);
            let key = self.key(kind);
            if changes.iter().any(|change| (change.expected().kind, &change.expected().key) == (kind, &key)) {
                continue;
            }
            let was = self.memory.read(&Query::one(kind, key.clone())).unwrap().pop();
            changes.push(match was {
                Some(was) if self.random.is(3) => Change::remove(kind, key, was.revision).unwrap(),
                was => {
                    let body = self.body(kind, &key);
                    Change::put(kind, key, was.map(|was| was.revision), &body).unwrap()
                }
            });
        }
        let act = Act::new(Timestamp::from_micros(0), "ana".parse().unwrap(), "test", "test");
        let commit = Commit::new(act, vec![], changes).unwrap();
        assert_eq!(self.memory.commit(&commit).unwrap(), self.fresh.commit(&commit).unwrap());
    }

    fn clause(&mut self, kind: Kind) -> String {
        let random = &mut self.random;
        let text = |random: &mut Random| format!("'{}'", random.one(&TEXTS).replace('\'', "''"));
        let pattern = |random: &mut Random| format!("'{}'", random.one(&PATTERNS).replace('\'', "''"));
        let field = match kind {
            Kind::Run => random.one(&[
                "params.p",
                "params.`q r`",
                "tags.t",
                "tags.none",
                "run_name",
                "datasets.context",
            ]),
            _ => random.one(&["tags.t", "tags.p", "name"]),
        };
        if kind == Kind::Run && random.is(4) {
            let comparison = random.one(&["=", "!=", "<", "<=", ">", ">="]);
            let number = random.one(&["Infinity", "-Infinity", "0", "0.5", "-1.5", "1"]);
            return match random.below(4) {
                0 => format!("metrics.m {} NaN", random.one(&["=", "!="])),
                1 => format!("start_time {comparison} {}", random.below(3)),
                _ => format!("metrics.{} {comparison} {number}", random.one(&["m", "n"])),
            };
        }
        match random.below(6) {
            0 => format!("{field} = {}", text(random)),
            1 => format!("{field} != {}", text(random)),
            2 | 3 => format!("{field} LIKE {}", pattern(random)),
            4 => format!("{field} ILIKE {}", pattern(random)),
            5 if kind == Kind::Run && random.is(5) => {
                format!("{} IS {}NULL", random.one(&["params.p", "tags.t"]), random.one(&["", "NOT "]))
            }
            _ if kind == Kind::Run => {
                let not = random.one(&["", "NOT "]);
                format!("datasets.context {not}IN ({}, {})", text(random), text(random))
            }
            _ => format!("tags.t = {}", text(random)),
        }
    }

    /// A search, and the words of its filter, for the report of a failure.
    fn search(&mut self) -> (Search, String) {
        let kind = self.random.one(&[Kind::Run, Kind::Run, Kind::Run, Kind::Experiment, Kind::Model]);
        let mut search = Search::new(kind, 1 + self.random.below(5)).unwrap();
        let clauses: Vec<String> = (0..self.random.below(3)).map(|_| self.clause(kind)).collect();
        let filter = clauses.join(" AND ");
        search.filter = Filter::parse(kind, &filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let fields: &[&str] = match kind {
            Kind::Run => {
                &["metrics.m", "metrics.n", "params.p", "tags.t", "metrics.none", "end_time", "run_name"]
            }
            Kind::Experiment => &["name", "creation_time", "experiment_id"],
            _ => &["name", "creation_timestamp"],
        };
        let mut order: Vec<OrderBy> = Vec::new();
        for _ in 0..self.random.below(3) {
            let by = format!("{} {}", self.random.one(fields), self.random.one(&["ASC", "DESC"]));
            let by = OrderBy::parse(kind, &by).unwrap();
            if order.iter().all(|before| before.field != by.field) {
                order.push(by);
            }
        }
        search.sort(order).unwrap();
        search.view = self.random.one(&[View::Active, View::Deleted, View::All]);
        if kind == Kind::Run && self.random.is(5) {
            search.experiments = Some(vec!["b".to_owned(), "none".to_owned()]);
        }
        (search, filter)
    }

    /// How many things were found.
    fn is_the_same(&mut self) -> usize {
        let (mut search, filter) = self.search();
        let mut count = 0;
        loop {
            let expected = self.memory.search(&search).unwrap();
            let found = self.fresh.search(&search).unwrap();
            assert_eq!(found, expected, "{filter:?} in {search:?}");
            count += found.found.len();
            if !found.more {
                return count;
            }
            search.after = found.found.last().map(|last| last.position.clone());
        }
    }
}

#[test]
fn it_finds_what_the_store_in_memory_finds() {
    const ROUNDS: usize = 40;
    const SEARCHES: usize = 25;
    let fresh = need!(Fresh::new());
    let mut both = Both { memory: MemoryStore::default(), fresh, random: Random(0x9e37_79b9_7f4a_7c15) };
    let mut found = 0;
    for round in 0..ROUNDS {
        both.change();
        found += (0..SEARCHES).map(|_| both.is_the_same()).sum::<usize>();
        assert_eq!(both.fresh.index_damage().unwrap(), Vec::<String>::new(), "round {round}");
    }
    assert!(found > 1000, "{found} things are too few to say anything");
    for kind in KINDS {
        let query = Query::under(kind, Key::all(), usize::MAX);
        assert_eq!(both.fresh.read(&query).unwrap(), both.memory.read(&query).unwrap(), "{kind}");
    }
    // What does not follow from the records is found.
    for (sql, expected) in [
        ("UPDATE search_value SET word = 'other' WHERE word = 'b'", "has other values of"),
        ("UPDATE search_value SET folded = 'other' WHERE folded IS NOT NULL", "has other values of"),
        ("UPDATE search_item SET shelf = 1 - shelf WHERE shelf < 2", "elsewhere"),
        ("DELETE FROM search_item WHERE id = (SELECT max(id) FROM search_item)", "values of nothing"),
        (
            "INSERT INTO search_item (kind, name, version, number, shelf, tie) VALUES ('run', 'z', '', 1, 0, 0)",
            "the index of search has run z/1",
        ),
    ] {
        let mut client = both.fresh.client();
        client.batch_execute(&format!("CREATE TEMP TABLE kept AS TABLE search_item; CREATE TEMP TABLE held AS TABLE search_value; {sql}")).unwrap();
        let told = both.fresh.index_damage().unwrap();
        assert!(told.iter().any(|line| line.contains(expected)), "{sql}: {told:?}");
        client
            .batch_execute(
                "TRUNCATE search_item, search_value;
                 INSERT INTO search_item OVERRIDING SYSTEM VALUE SELECT * FROM kept;
                 INSERT INTO search_value SELECT * FROM held",
            )
            .unwrap();
        assert_eq!(both.fresh.index_damage().unwrap(), Vec::<String>::new(), "put back");
    }
}
