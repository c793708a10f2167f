document.body.textContent = "Cuebook";
