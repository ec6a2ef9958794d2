use serde::{Deserialize, Serialize};

use super::bounds::MOST;
use super::{
    Adwin, AdwinSettings, Cusum, CusumSettings, Ddm, DdmSettings, EcddWt, EcddWtSettings, Eddm, EddmSettings,
    Fhddm, FhddmSettings, GeometricMovingAverage, GeometricMovingAverageSettings, HddmA, HddmASettings,
    HddmW, HddmWSettings, Kswin, KswinSettings, MeanEProcess, MeanEProcessSettings, PValueMartingale,
    PValueMartingaleSettings, PageHinkley, PageHinkleySettings, Rddm, RddmSettings, Reading, RiskEProcess,
    RiskEProcessSettings, ScoreMartingale, ScoreMartingaleSettings, Sound, Status, Stepd, StepdSettings,
    StreamDetector,
};
use crate::Result;
use crate::sealed::Format;

const FORMAT: Format = Format { magic: b"mlopsdet", version: 1, what: "the state of a detector" };

macro_rules! detectors {
    ($($variant:ident: $settings:ident),* $(,)?) => {
        /// Any detector of this crate with its state, to be kept as bytes and gone on with.
        ///
        /// ```
        /// use mlops_drift::stream::{PageHinkley, SavedDetector, StreamDetector};
        /// let mut detector = PageHinkley::default();
        /// detector.update(1.0)?;
        /// let bytes = SavedDetector::from(detector).to_bytes();
        /// let mut detector = SavedDetector::from_bytes(&bytes)?;
        /// assert_eq!((detector.name(), detector.observations()), ("Page–Hinkley", 1));
        /// detector.update(1.1)?;
        /// # Ok::<(), mlops_drift::Error>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "detector", content = "state", rename_all = "snake_case", try_from = "Unchecked")]
        #[non_exhaustive]
        pub enum SavedDetector {
            $(
                #[doc = concat!("A [`", stringify!($variant), "`](super::", stringify!($variant), ").")]
                $variant($variant),
            )*
        }

        $(
            impl From<$variant> for SavedDetector {
                fn from(detector: $variant) -> Self {
                    Self::$variant(detector)
                }
            }
        )*

        /// A detector with its state as it was written by somebody.
        #[derive(Deserialize)]
        #[serde(tag = "detector", content = "state", rename_all = "snake_case")]
        enum Unchecked {
            $($variant($variant),)*
        }

        impl TryFrom<Unchecked> for SavedDetector {
            type Error = String;

            fn try_from(read: Unchecked) -> std::result::Result<Self, String> {
                let detector = match read { $(Unchecked::$variant(detector) => Self::$variant(detector),)* };
                match detector.damage() {
                    Some(damage) => Err(damage),
                    None => Ok(detector),
                }
            }
        }

        impl SavedDetector {
            fn inner(&self) -> &dyn StreamDetector {
                match self { $(Self::$variant(detector) => detector,)* }
            }

            fn inner_mut(&mut self) -> &mut dyn StreamDetector {
                match self { $(Self::$variant(detector) => detector,)* }
            }

            /// What is wrong with the state, if anything.
            fn damage(&self) -> Option<String> {
                if self.observations() > MOST {
                    return Some(format!("{} values are more than can be", self.observations()));
                }
                match self { $(Self::$variant(detector) => Sound::damage(detector),)* }
            }
        }

        /// The settings of any detector of this crate: by name in a configuration, and what is
        /// left out has its default.
        ///
        /// ```
        /// use mlops_drift::stream::{DetectorSettings, StreamDetector};
        /// let settings: DetectorSettings =
        ///     serde_json::from_str(r#"{"detector": "page_hinkley", "threshold": 5.0}"#)?;
        /// let mut detector = settings.detector()?;
        /// detector.update(1.0)?;
        /// assert_eq!((detector.name(), detector.reading().drift), ("Page–Hinkley", Some(5.0)));
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "detector", rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum DetectorSettings {
            $(
                #[doc = concat!("Of a [`", stringify!($variant), "`](super::", stringify!($variant), ").")]
                $variant($settings),
            )*
        }

        $(
            impl From<$settings> for DetectorSettings {
                fn from(settings: $settings) -> Self {
                    Self::$variant(settings)
                }
            }
        )*

        impl DetectorSettings {
            /// The defaults of every detector.
            pub fn defaults() -> Vec<Self> {
                vec![$(Self::$variant(<$settings>::default()),)*]
            }

            /// A detector with these settings, before its first value.
            ///
            /// # Errors
            /// [`Error::Setting`](crate::Error::Setting) if one is outside its range.
            pub fn detector(&self) -> Result<SavedDetector> {
                match self { $(Self::$variant(settings) => $variant::new(settings.clone()).map(Into::into),)* }
            }
        }
    };
}

detectors!(
    Adwin: AdwinSettings,
    Cusum: CusumSettings,
    Ddm: DdmSettings,
    EcddWt: EcddWtSettings,
    Eddm: EddmSettings,
    Fhddm: FhddmSettings,
    GeometricMovingAverage: GeometricMovingAverageSettings,
    HddmA: HddmASettings,
    HddmW: HddmWSettings,
    Kswin: KswinSettings,
    MeanEProcess: MeanEProcessSettings,
    PValueMartingale: PValueMartingaleSettings,
    PageHinkley: PageHinkleySettings,
    Rddm: RddmSettings,
    RiskEProcess: RiskEProcessSettings,
    ScoreMartingale: ScoreMartingaleSettings,
    Stepd: StepdSettings,
);

impl SavedDetector {
    /// The detector as a file. The same state gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        FORMAT.seal(&self.body())
    }

    /// The detector that was kept, to go on with.
    ///
    /// Bytes from anywhere are safe to read: memory is bounded by what is there, and only a
    /// state that can be gone on with becomes a detector.
    ///
    /// # Errors
    /// [`Error::Version`](crate::Error::Version) if it was written in another version of the
    /// format, [`Error::Damaged`](crate::Error::Damaged) if it is none, ends early, or was changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let body = FORMAT.open(bytes)?;
        serde_json::from_slice(body).map_err(|error| FORMAT.damaged(error.to_string()))
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names and finite numbers are JSON")
    }
}

impl StreamDetector for SavedDetector {
    fn name(&self) -> &'static str {
        self.inner().name()
    }

    fn admits(&self, value: f64) -> Result<()> {
        self.inner().admits(value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.inner_mut().update(value)
    }

    fn update_error(&mut self, wrong: bool) -> Result<Status> {
        self.inner_mut().update_error(wrong)
    }

    fn status(&self) -> Status {
        self.inner().status()
    }

    fn reading(&self) -> Reading {
        self.inner().reading()
    }

    fn observations(&self) -> u64 {
        self.inner().observations()
    }

    fn reset(&mut self) {
        self.inner_mut().reset();
    }
}
