// Runs before the first command: one clear sentence instead of a stack trace where the Node is too old.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
	console.error(
		`My Hibachi runs on Node 22.18 or newer; this is ${process.versions.node}. ` +
			'On Linux "npm ci" brings Node 24 along (were optional dependencies left out?); on macOS install Node 24 from nodejs.org.'
	);
	process.exit(1);
}
