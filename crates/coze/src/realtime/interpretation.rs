//! Interpretation: audio in one language in, text and audio in another out.

use coze_types::ValidationError;
use coze_types::realtime::{
    Detail, InputAudio, InterpretationConfig, InterpretationEvent, OutputAudio, TranslateConfig,
};

use super::connect::{Connect, config_setters};
use super::event::{AudioInput, LiveEvent, Sealed, reported};
use crate::error::Error;

impl Sealed for InterpretationEvent {}

impl LiveEvent for InterpretationEvent {
    type Config = InterpretationConfig;

    const PATH: &'static str = "/v1/audio/simult_interpretation";
    const CREATED: Self = Self::Created;
    const STAGES: [&'static str; 3] =
        ["simult_interpretation.created", "simult_interpretation.update", "simult_interpretation.updated"];

    fn into_config(self) -> Result<Box<InterpretationConfig>, Self> {
        if let Self::Updated(config) = self { Ok(config) } else { Err(self) }
    }

    fn is_last(&self) -> bool {
        *self == Self::Completed
    }

    fn into_result(self, detail: &Detail) -> Result<Self, Error> {
        if let Self::Error(error) = self { Err(reported(error, detail)) } else { Ok(self) }
    }

    fn validate(config: &InterpretationConfig) -> Vec<ValidationError> {
        config.validate()
    }
}

impl AudioInput for InterpretationEvent {}

config_setters!(InterpretationEvent {
    input_audio: InputAudio,
    output_audio: OutputAudio,
    translate_config: TranslateConfig,
});
