//! May this data, may this model pass? Great Expectations suites and promotion gates
