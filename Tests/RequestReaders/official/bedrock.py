"""AWS's SDK: the service model of Bedrock's runtime, and the validator that botocore runs on what it is about to send."""
from typing import Any, List

import botocore.loaders
import botocore.model
import botocore.validate

_model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("bedrock-runtime", "service-2"))


def converse(body: Any) -> List[str]:
    """(The model's name stands in the path.)"""
    shape = _model.operation_model("Converse").input_shape
    report = botocore.validate.ParamValidator().validate({"modelId": "unnamed", **body}, shape)
    return report.generate_report().splitlines() if report.has_errors() else []
