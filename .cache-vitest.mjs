export default { test: { include: ["test/**/*.test.ts"], environment: "node", pool: "forks", testTimeout: 60000, hookTimeout: 60000, tags:[{name:"proof"},{name:"slow"}] } };
