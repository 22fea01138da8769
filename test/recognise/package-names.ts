/** Two hundred packages that many programs carry, none of which has an MCP SDK inside. */
export const PACKAGE_NAMES: readonly string[] = `
  lodash underscore ramda immer immutable rxjs async bluebird p-limit p-queue
  express koa fastify hono restify @hapi/hapi polka connect body-parser multer
  cors helmet morgan compression cookie-parser express-session passport jsonwebtoken jose bcryptjs
  axios got node-fetch undici superagent needle ky request-promise-core form-data follow-redirects
  ws socket.io socket.io-client engine.io faye-websocket sockjs mqtt amqplib kafkajs nats
  pg mysql2 mongodb mongoose redis ioredis knex sequelize typeorm sql.js
  drizzle-orm kysely objection lowdb nedb-promises level pouchdb-core neo4j-driver cassandra-driver tedious
  zod yup joi ajv superstruct io-ts valibot class-validator class-transformer validator
  react react-dom vue preact svelte solid-js lit mobx redux zustand
  react-router styled-components @emotion/react d3 three chart.js leaflet jquery backbone handlebars
  ejs pug mustache nunjucks eta liquidjs marked markdown-it remark rehype
  unified showdown highlight.js prismjs cheerio jsdom parse5 htmlparser2 xml2js fast-xml-parser
  moment dayjs date-fns luxon date-fns-tz cron node-cron node-schedule ms chrono-node
  commander yargs minimist meow cac inquirer prompts chalk kleur ora
  winston pino bunyan log4js loglevel debug signale consola roarr tslog
  typescript terser uglify-js acorn esprima escodegen magic-string postcss autoprefixer less
  mocha jasmine-core chai sinon ava tape supertest nock fast-check uvu
  uuid nanoid semver glob minimatch micromatch fs-extra rimraf chokidar mime
  qs iconv-lite tar archiver jszip pako yaml js-yaml toml ini
  graphql @apollo/server graphql-yoga @trpc/server protobufjs @grpc/grpc-js openai stripe nodemailer sharp
`
  .trim()
  .split(/\s+/);
