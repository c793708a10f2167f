"""The CDK app: `python -m infra.app` writes cdk.out; the `cdk` command line runs it too.

It needs no credentials and no Docker, and the network only to build the layer the first time.
"""

import json
import os
import shutil

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.packaging import Bundle
from infra.project import ROOT, read_version
from infra.stack import CuebookStack, Deployment


def main() -> None:
    """Synthesise the stack."""
    output = os.environ.get("CDK_OUTDIR")  # set by the command line
    if output is None:
        output = str(ROOT / "cdk.out")
        shutil.rmtree(output, ignore_errors=True)  # it contains the findings of earlier checks
    settings = json.loads((ROOT / "cdk.json").read_text())
    app = App(context=settings["context"], outdir=output, analytics_reporting=False)
    deployment = Deployment.from_context(app.node)
    bundle = Bundle.build(architecture=deployment.architecture)
    CuebookStack(app, "Cuebook", deployment=deployment, bundle=bundle, version=read_version())
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    main()
