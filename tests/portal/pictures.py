"""Files to upload in tests."""

import io

from django.core.files.images import ImageFile
from PIL import Image
from wagtail.images import get_image_model


def photograph(width=1200, height=800, title="Photographie", kind="JPEG"):
    """A picture kept in the base, plain but real."""
    data = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(data, kind)
    data.seek(0)
    name = f"photo.{kind.lower()}"
    image = get_image_model()(title=title, file=ImageFile(data, name=name))
    image._set_image_file_metadata()
    image.save()
    return image
