//! What a customer chooses on a screen: a way to receive a code, meters, or what is shared.

use connect_core::connector::ChallengeInput;
use connect_core::flow::{Action, Stage};
use connect_core::grant::{ChoiceError, Choices};
use connect_core::secret::Secret;
use connect_wire::FlowView;

use super::Service;
use super::runs::RunError;
use crate::worker::Work;

impl Service {
    /// Takes what was chosen on the screen: a way to receive a code, meters, or what is shared.
    pub async fn choose(&self, token: &Secret, step: u32, chosen: &str) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        match run.session.flow.stage {
            Stage::Meters { .. } => {
                let places = chosen.split(',').filter(|place| !place.is_empty()).map(str::parse);
                let places: Vec<usize> = places.collect::<Result<_, _>>().map_err(|_| RunError::OutOfPlace)?;
                let work = Work::Share(places.clone());
                self.carry_out(run, step, &Action::ChooseMeters(places), Some(work)).await
            }
            Stage::Sharing { .. } => {
                let choices = Choices::read(chosen);
                if choices == Err(ChoiceError::Unknown) {
                    return Err(RunError::OutOfPlace);
                }
                self.carry_out(run, step, &Action::Share(choices), None).await
            }
            _ => {
                let work = Work::Resume(ChallengeInput::Method(chosen.to_owned()));
                self.carry_out(run, step, &Action::ChooseMethod { id: chosen.to_owned() }, Some(work)).await
            }
        }
    }
}
