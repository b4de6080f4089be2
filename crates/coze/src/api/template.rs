//! Templates.

use coze_types::template::DuplicateTemplate;

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Templates: agents that can be copied.
    Templates, by Coze::templates
}

impl Templates {
    /// Copies a template into a workspace: see [`DuplicateTemplate`].
    ///
    /// Awaiting the call returns [`TemplateCopy`](crate::template::TemplateCopy).
    pub fn duplicate(&self, request: DuplicateTemplate) -> Call<DuplicateTemplate> {
        self.client.send(request)
    }
}
