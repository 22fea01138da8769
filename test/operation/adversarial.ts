/** What a careless pattern takes time by the square for, when it is repeated. */
export const ADVERSARIAL: readonly string[] = [
  'a¦@¦-¦.¦ ¦\\¦"¦\'¦1¦/¦:¦=¦_¦{¦A¦%¦&¦?¦#¦<¦>¦[¦]¦é¦\ud800¦\\"¦a b¦=a¦a=¦a-¦a.¦--¦--a ¦data:',
  "eyJ¦eyJ-¦eyJ.¦-----BEGIN ¦-----BEGIN A¦-----BEGIN PRIVATE KEY-----¦-----END ¦AKIA¦AKIAA¦aA1¦sk-¦ya29.¦123456789:AA",
  "a@¦a@b.¦a%40¦a%40b.¦é@¦//¦//a:¦//a@¦1 ¦1-¦4111 ¦4111-¦Bearer ¦Basic ¦Basic a¦token ",
  'password¦password=¦password="¦password=\'¦token:\t¦\\"token\\":\\"¦token\\¦<token>¦cookie:',
  'password=a(¦password=a("¦password: ¦password: a ¦password: !a ¦password="a"+¦password=`a¦password="""¦password=\'\'\'a¦password=a,¦secret_',
  'name:password,¦"name":"token",¦value=a,name=token¦value=a¦["token",¦"x-api-key","a",¦[["a","token",¦\\u0070¦%70¦p\u0301¦.atlasv1.',
  "//u:S/¦//u:S/@¦http:¦http:a:¦/http:a:¦///a:¦%25¦%2525¦/token/¦/token/a¦:data:¦data:a,¦a:¦postgres:u:¦jdbc:oracle:a/",
].flatMap((line) => line.split("¦"));
