"""The CDK app: `python -m infra.app` writes cdk.out, as the `cdk` command line does by way of it.

It needs no credentials and no Docker; the network only to build the layer a first time.
"""

import json
import os
import shutil

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.packaging import ROOT, Bundle
from infra.stack import CuebookStack, Deployment


def main() -> None:
    output = os.environ.get("CDK_OUTDIR")  # set by the command line
    if output is None:
        output = str(ROOT / "cdk.out")
        shutil.rmtree(output, ignore_errors=True)  # what earlier checks found must not outlive them
    settings = json.loads((ROOT / "cdk.json").read_text())
    app = App(context=settings["context"], outdir=output, analytics_reporting=False)
    deployment = Deployment.read(app.node)
    bundle = Bundle.build(architecture=deployment.architecture)
    CuebookStack(app, "Cuebook", deployment=deployment, bundle=bundle)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    main()
